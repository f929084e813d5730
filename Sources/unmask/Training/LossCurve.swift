/// Losses of a run, few enough to draw.
struct LossCurve: Equatable, Sendable {
  /// Means of `stepsOfPoint` steps each.
  private(set) var points: [Double] = []
  private var stepsOfPoint = 1
  private var sum = 0.0
  private var count = 0
  private var smoothed: Double?

  private static let mostPoints = 512
  /// How much of the smoothed loss a step keeps.
  private static let smoothing = 0.95

  init() {}

  /// Reads what ``text`` wrote; `nil` if it is something else.
  init?(_ text: String) {
    let numbers = text.split(separator: " ").map { Double($0) }
    guard numbers.count >= 4, numbers.count < 4 + Self.mostPoints,
      let steps = numbers[0].flatMap({ Int(exactly: $0) }), steps > 0,
      let count = numbers[1].flatMap({ Int(exactly: $0) }), 0..<steps ~= count,
      let sum = numbers[2], let smoothed = numbers[3], numbers.allSatisfy({ $0 != nil })
    else { return nil }
    (stepsOfPoint, self.count, self.sum, self.smoothed) = (steps, count, sum, smoothed)
    points = numbers.dropFirst(4).compactMap { $0 }
  }

  /// The curve in words, to be kept with a checkpoint: a run that goes on draws and smooths on.
  var text: String? {
    guard let smoothed else { return nil }
    return ([Double(stepsOfPoint), Double(count), sum, smoothed] + points).map { "\($0)" }
      .joined(separator: " ")
  }

  /// The loss of the last steps together.
  var last: Double? { smoothed }

  mutating func append(_ loss: Double) {
    smoothed = smoothed.map { $0 * Self.smoothing + loss * (1 - Self.smoothing) } ?? loss
    sum += loss
    count += 1
    guard count == stepsOfPoint else { return }
    points.append(sum / Double(count))
    (sum, count) = (0, 0)
    guard points.count == Self.mostPoints else { return }
    points = stride(from: 0, to: points.count, by: 2).map { (points[$0] + points[$0 + 1]) / 2 }
    stepsOfPoint *= 2
  }

  /// Rows of a picture of the curve, `width` × `height` cells, the highest loss at the top.
  func picture(width: Int, height: Int, usesUnicode: Bool) -> [String] {
    guard points.count > 1, width > 0, height > 0 else { return [] }
    let columns = (0..<width).map { column -> Double in
      let first = column * points.count / width
      let end = max(first + 1, (column + 1) * points.count / width)
      return points[first..<end].reduce(0, +) / Double(end - first)
    }
    let low = columns.min() ?? 0, high = columns.max() ?? 0
    let eighths = usesUnicode ? 8 : 1
    let symbols = usesUnicode ? [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] : [" ", "#"]
    let heights = columns.map { value in
      high > low ? 1 + Int((value - low) / (high - low) * Double(height * eighths - 1)) : 1
    }
    return (0..<height).map { row in
      let base = (height - 1 - row) * eighths
      return heights.map { symbols[min(eighths, max(0, $0 - base))] }.joined()
    }
  }
}

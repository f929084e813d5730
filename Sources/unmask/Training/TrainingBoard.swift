import Synchronization
import Training

/// What the thread that trains tells the one that shows, and the other way round.
final class TrainingBoard: Sendable {
  struct State {
    /// Lines nobody has printed yet.
    var news: [String] = []
    /// Smoothed losses by step, thinned out where they are many.
    var curve = LossCurve()
    var report: StepReport?
    var progress = RunProgress()
    var done = 0.0
    var positionsPerSecond = 0.0
    /// The text that was generated last, always from the same seed.
    var sample: String?
    /// What the world's checker says of it.
    var verdict: String?
    var isPaused = false
    var isFinished = false
    var failure: (any Error)?

    /// One line that says how far the run is.
    var summary: String {
      var parts = ["step \(progress.step)", clock(progress.seconds)]
      if let loss = curve.last { parts.append("loss \(fixed(loss, 3))") }
      if let bound = progress.bound { parts.append("bound \(fixed(bound, 3))") }
      return parts.joined(separator: " · ")
    }
  }

  let state = Mutex(State())

  /// What made the run fail.
  var error: (any Error)? { state.withLock { $0.failure } }

  /// The seconds until the run is over, by its pace so far.
  static func secondsLeft(_ state: State, since start: (done: Double, seconds: Double)) -> Double? {
    let gained = state.done - start.done, passed = state.progress.seconds - start.seconds
    guard gained > 0, passed > 0 else { return nil }
    return (1 - state.done) * passed / gained
  }
}

/// Minutes and seconds, with hours where there are any.
func clock(_ seconds: Double) -> String {
  let whole = Int(max(0, seconds).rounded())
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  let rest = "\(two(whole / 60 % 60)):\(two(whole % 60))"
  return whole >= 3600 ? "\(whole / 3600):\(rest)" : rest
}

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

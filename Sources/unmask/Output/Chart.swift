import Glibc
import PlaygroundUI

/// Lines of points over an axis, for a terminal and for a document.
struct Chart {
  /// A point, with its interval where there is one.
  struct Point: Equatable {
    var x: Double
    var y: Double
    var low: Double?
    var high: Double?

    init(x: Double, y: Double, low: Double? = nil, high: Double? = nil) {
      self.x = x
      self.y = y
      self.low = low
      self.high = high
    }
  }

  /// Points that belong together.
  struct Series: Equatable {
    var name: String
    var points: [Point]
  }

  let title: String
  let horizontal: String
  let vertical: String
  /// Whether equal distances on the horizontal axis are equal ratios.
  var isLogarithmic = false
  /// Whether equal distances on the vertical axis are equal ratios.
  var isLogarithmicUpwards = false
  private(set) var series: [Series] = []

  init(title: String, horizontal: String, vertical: String) {
    self.title = title
    self.horizontal = horizontal
    self.vertical = vertical
  }

  /// Adds a point to the series called `name`; what is not finite cannot be drawn and is left out.
  mutating func add(_ point: Point, to name: String) {
    guard point.x.isFinite, point.y.isFinite else { return }
    guard !isLogarithmic || point.x > 0, !isLogarithmicUpwards || point.y > 0 else { return }
    if let index = series.firstIndex(where: { $0.name == name }) {
      series[index].points.append(point)
    } else {
      series.append(Series(name: name, points: [point]))
    }
  }

  /// The place of a value on an axis, before it is scaled.
  private func x(_ point: Point) -> Double { isLogarithmic ? log(point.x) : point.x }
  private func y(_ value: Double) -> Double {
    isLogarithmicUpwards ? log(max(value, .leastNormalMagnitude)) : value
  }

  /// The range of places, never empty.
  private func range(_ values: [Double]) -> ClosedRange<Double> {
    let low = values.min() ?? 0, high = values.max() ?? 1
    return low < high ? low...high : low - 0.5...high + 0.5
  }

  private var points: [Point] { series.flatMap(\.points) }
  private var xs: ClosedRange<Double> { range(points.map(x)) }
  private var ys: ClosedRange<Double> {
    let values = points.flatMap { [$0.y, $0.low ?? $0.y, $0.high ?? $0.y] }.map(y)
    let span = range(values)
    // Shares are easier to compare from 0 on.
    return !isLogarithmicUpwards && span.lowerBound > 0 && span.lowerBound < 0.5 * span.upperBound
      ? 0...span.upperBound : span
  }

  private func label(_ place: Double, isLogarithmic: Bool) -> String {
    let exact = isLogarithmic ? exp(place) : place
    // A logarithm and back is not quite where it began.
    let value = abs(exact - exact.rounded()) < 1e-9 * abs(exact) ? exact.rounded() : exact
    switch abs(value) {
    case 0: return "0"
    case 1e6...:
      let exponent = Int(log10(abs(value)).rounded(.down))
      return "\(fixed(value / pow(10, Double(exponent)), 1))e\(exponent)"
    case 100...: return fixed(value, 0)
    case 1...: return fixed(value, value == value.rounded() ? 0 : 1)
    default: return fixed(value, 3)
    }
  }
}

// MARK: - On a terminal

extension Chart {
  /// The signs of the series, in their order.
  private static let signs: [Character] = Array("ox+*#@%&svdz")

  /// The chart as lines of text, the highest value at the top.
  ///
  /// - Parameters:
  ///   - width: The columns, axis included.
  ///   - height: The rows of the plot alone.
  /// - Returns: The lines, each with a line break.
  func text(width: Int = 76, height: Int = 14) -> String {
    guard !points.isEmpty else { return "" }
    let xs = xs, ys = ys
    let labels = [ys.upperBound, (ys.lowerBound + ys.upperBound) / 2, ys.lowerBound].map {
      label($0, isLogarithmic: isLogarithmicUpwards)
    }
    let margin = (labels.map(\.count).max() ?? 0) + 1
    let columns = max(8, width - margin - 1)
    var grid = [[Character]](
      repeating: [Character](repeating: " ", count: columns), count: height)
    for (number, line) in series.enumerated() {
      let sign = Self.signs[number % Self.signs.count]
      for point in line.points {
        let column = Self.place(x(point), in: xs, cells: columns)
        let row = height - 1 - Self.place(y(point.y), in: ys, cells: height)
        let other = grid[row][column]
        // Where points of two series fall on one cell, neither hides the other.
        grid[row][column] = other == " " || other == sign ? sign : "="
      }
    }
    var lines = ["\(vertical)"]
    for (row, cells) in grid.enumerated() {
      let text =
        row == 0 ? labels[0] : row == height / 2 ? labels[1] : row == height - 1 ? labels[2] : ""
      lines.append(
        String(repeating: " ", count: margin - 1 - text.count) + text + " |" + String(cells))
    }
    lines.append(
      String(repeating: " ", count: margin) + "+" + String(repeating: "-", count: columns))
    let first = label(xs.lowerBound, isLogarithmic: isLogarithmic)
    let last = label(xs.upperBound, isLogarithmic: isLogarithmic)
    var name = "  \(horizontal)\(isLogarithmic ? ", equal distances are equal ratios" : "")  "
    if first.count + name.count + last.count > columns { name = " \(horizontal) " }
    let gap = max(1, columns - first.count - last.count - name.count)
    lines.append(
      String(repeating: " ", count: margin + 1) + first + String(repeating: " ", count: gap / 2)
        + name + String(repeating: " ", count: gap - gap / 2) + last)
    for (number, line) in series.enumerated() {
      lines.append("  \(Self.signs[number % Self.signs.count]) \(line.name)")
    }
    let sanitizer = TextSanitizer(symbols: TerminalTraits.symbols)
    return lines.map { line in
      var line = sanitizer.sanitized(line)
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  private static func place(_ value: Double, in range: ClosedRange<Double>, cells: Int) -> Int {
    let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    return min(cells - 1, max(0, Int((share * Double(cells - 1)).rounded())))
  }
}

// MARK: - As a document

extension Chart {
  private static let colors = [
    "#0b6e99", "#c2410c", "#4d7c0f", "#7e22ce", "#b91c1c", "#0f766e", "#a16207", "#475569",
  ]

  /// The chart as a drawing (SVG), readable on light and dark pages.
  var svg: String {
    let width = 640.0, height = 400.0, left = 64.0, right = 16.0, top = 34.0
    let bottom = 52.0 + 16 * Double(series.count)
    let xs = xs, ys = ys
    func px(_ value: Double) -> Double {
      left + (value - xs.lowerBound) / (xs.upperBound - xs.lowerBound) * (width - left - right)
    }
    func py(_ value: Double) -> Double {
      height - bottom
        - (value - ys.lowerBound) / (ys.upperBound - ys.lowerBound) * (height - bottom - top)
    }
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(fixed(width, 0)) "
        + "\(fixed(height, 0))\" font-family=\"sans-serif\" font-size=\"12\">",
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
      Self.text(left, 18, title, weight: "bold"), Self.text(left, top - 4, vertical),
    ]
    for step in 0...4 {
      let share = Double(step) / 4
      let yValue = ys.lowerBound + share * (ys.upperBound - ys.lowerBound)
      let xValue = xs.lowerBound + share * (xs.upperBound - xs.lowerBound)
      lines.append(Self.line(left, py(yValue), width - right, py(yValue), "#d4d4d4"))
      lines.append(
        Self.text(
          left - 6, py(yValue) + 4, label(yValue, isLogarithmic: isLogarithmicUpwards),
          anchor: "end"))
      lines.append(
        Self.text(
          px(xValue), height - bottom + 16, label(xValue, isLogarithmic: isLogarithmic),
          anchor: "middle"))
    }
    lines.append(
      Self.text((left + width - right) / 2, height - bottom + 32, horizontal, anchor: "middle"))
    for (number, series) in series.enumerated() {
      let color = Self.colors[number % Self.colors.count]
      let sorted = series.points.sorted { $0.x < $1.x }
      let path = sorted.map { "\(fixed(px(x($0)), 1)),\(fixed(py(y($0.y)), 1))" }
      if sorted.count > 1 {
        lines.append(
          "<polyline points=\"\(path.joined(separator: " "))\" fill=\"none\" stroke=\"\(color)\" "
            + "stroke-width=\"2\"/>")
      }
      for point in sorted {
        if let low = point.low, let high = point.high {
          lines.append(Self.line(px(x(point)), py(y(low)), px(x(point)), py(y(high)), color))
        }
        lines.append(
          "<circle cx=\"\(fixed(px(x(point)), 1))\" cy=\"\(fixed(py(y(point.y)), 1))\" r=\"3.5\" "
            + "fill=\"\(color)\"/>")
      }
      let place = height - bottom + 50 + 16 * Double(number)
      lines.append(
        "<circle cx=\"\(fixed(left, 1))\" cy=\"\(fixed(place - 4, 1))\" r=\"4\" fill=\"\(color)\"/>"
      )
      lines.append(Self.text(left + 12, place, series.name))
    }
    return lines.joined(separator: "\n") + "\n</svg>\n"
  }

  private static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ color: String
  ) -> String {
    "<line x1=\"\(fixed(x1, 1))\" y1=\"\(fixed(y1, 1))\" x2=\"\(fixed(x2, 1))\" "
      + "y2=\"\(fixed(y2, 1))\" stroke=\"\(color)\"/>"
  }

  private static func text(
    _ x: Double, _ y: Double, _ text: String, anchor: String = "start", weight: String = "normal"
  ) -> String {
    "<text x=\"\(fixed(x, 1))\" y=\"\(fixed(y, 1))\" text-anchor=\"\(anchor)\" "
      + "font-weight=\"\(weight)\" fill=\"#262626\">\(MarkupText.escaped(text))</text>"
  }
}

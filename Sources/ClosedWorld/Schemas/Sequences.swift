extension Schema {
  /// Things in order, of different lengths.
  static let sequences: [Schema] = [
    Schema(
      .sequences, "days", variables: ["i: 0...6"], "Days: " + row(2...7) { "{i+\($0)@weekday}" }),
    Schema(
      .sequences, "months", variables: ["i: 0...11"], "Months: " + row(2...8) { "{i+\($0)@month}" }),
    Schema(
      .sequences, "letters", variables: ["i: 0...25"],
      "Letters: " + row(3...9) { "{i+\($0)@letter}" }),
    Schema(
      .sequences, "counting", variables: ["step: 1...3 | 1...5 | 1...10", "a: 1...9 | 1...20"],
      "Count by {step}: " + row(3...8) { "{a+\($0)*step}" }),
    Schema(
      .sequences, "down", from: .small, variables: ["a: 10...20 | 10...20 | 10...50"],
      "Count down from {a}: " + row(3...8) { "{a-\($0)}" }),
  ]

  /// At least as many elements as the range begins with; from there on each time the row ends or goes on.
  private static func row(_ lengths: ClosedRange<Int>, _ element: (Int) -> String) -> String {
    let first = (0..<lengths.lowerBound).map(element).joined(separator: ", ")
    let rest = (lengths.lowerBound..<lengths.upperBound).map { "[.|, \(element($0))" }.joined()
    return first + rest + "." + String(repeating: "]", count: lengths.count - 1)
  }
}

/// How many of a number of trials succeeded.
package struct Proportion: Equatable, Sendable {
  /// The successes.
  package var count: Int
  /// The trials.
  package var total: Int

  /// Creates a proportion.
  package init(_ count: Int, of total: Int) {
    self.count = count
    self.total = total
  }

  /// The share of successes, 0...1; 0 without a trial.
  package var share: Double { total == 0 ? 0 : Double(count) / Double(total) }

  /// The 95 % interval of the true share.
  ///
  /// - SeeAlso: Wilson, “Probable Inference, the Law of Succession, and Statistical Inference”, 1927.
  package var interval: ClosedRange<Double> {
    guard total > 0 else { return 0...1 }
    let z = 1.959963984540054
    let n = Double(total)
    let center = (share + z * z / (2 * n)) / (1 + z * z / n)
    let spread = share * (1 - share) / n + z * z / (4 * n * n)
    let half = z / (1 + z * z / n) * spread.squareRoot()
    return max(0, center - half)...min(1, center + half)
  }

  /// “62.5 % (55.6 to 68.9 %, 125 of 200)”.
  var text: String {
    "\(fixed(100 * share, 1)) % (\(fixed(100 * interval.lowerBound, 1)) to "
      + "\(fixed(100 * interval.upperBound, 1)) %, \(count) of \(total))"
  }

  /// Share, interval and counts.
  var json: JSON {
    .object([
      "share": .rounded(share, 6),
      "interval": .array([
        .rounded(interval.lowerBound, 6), .rounded(interval.upperBound, 6),
      ]),
      "count": .integer(count), "total": .integer(total),
    ])
  }
}

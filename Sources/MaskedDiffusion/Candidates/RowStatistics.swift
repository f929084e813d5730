#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What one pass over the logits of a position yields, in double precision.
public struct RowStatistics: Equatable, Sendable {
  /// The token with the largest logit; the lowest one among equals.
  public var argmax: TokenID
  /// The largest logit.
  public var largest: Double
  /// The second largest logit, −∞ when there is only one token.
  public var secondLargest: Double
  /// ln Σ exp(z).
  public var logSumExp: Double
  /// −Σ p ln p, in nats.
  public var entropy: Double

  /// Creates statistics that were computed elsewhere.
  public init(
    argmax: TokenID, largest: Double, secondLargest: Double, logSumExp: Double, entropy: Double
  ) {
    self.argmax = argmax
    self.largest = largest
    self.secondLargest = secondLargest
    self.logSumExp = logSumExp
    self.entropy = entropy
  }

  /// Reads `row`, divided by `temperature`.
  ///
  /// Logits of −∞ have probability 0.
  ///
  /// - Returns: `nil` when a logit is not a number or +∞, or all are −∞.
  /// - Complexity: O(`row.count`); two passes.
  public init?(_ row: UnsafeBufferPointer<Float>, temperature: Double = 1) {
    var argmax = 0
    var largest = -Float.infinity
    var second = -Float.infinity
    for (index, value) in row.enumerated() {
      guard value < .infinity else { return nil }
      if value > largest {
        second = largest
        largest = value
        argmax = index
      } else if value > second {
        second = value
      }
    }
    guard largest > -.infinity else { return nil }
    let scale = 1 / temperature
    var sum = 0.0
    var weighted = 0.0
    for value in row where value > -.infinity {
      let z = Double(value - largest) * scale
      let weight = exp(z)
      sum += weight
      weighted += weight * z
    }
    self.argmax = TokenID(argmax)
    self.largest = Double(largest) * scale
    secondLargest = Double(second) * scale
    logSumExp = self.largest + log(sum)
    entropy = max(0, log(sum) - weighted / sum)
  }

  /// The probability of a token whose (divided) logit is `logit`.
  public func probability(ofLogit logit: Double) -> Double { exp(logit - logSumExp) }

  /// What the distribution says about a token whose (divided) logit is `logit`.
  public func assessment(ofLogit logit: Double) -> Candidate.Assessment {
    Candidate.Assessment(
      confidence: probability(ofLogit: logit),
      margin: probability(ofLogit: largest) - probability(ofLogit: secondLargest),
      entropy: entropy)
  }
}

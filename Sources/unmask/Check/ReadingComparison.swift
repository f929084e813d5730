import Glibc
import MaskedDiffusion

/// Whether a model makes more sense in another reading of its files, and whether that can be chance.
///
/// Both readings find the same masks of the same texts. No token counts for more than guessing among
/// all tokens costs: a reading that is merely less sure of what is wrong anyway gains nothing.
struct ReadingComparison {
  /// The mean loss of a mask as the files are read, in nats.
  let before: Double
  /// The mean loss of a mask in the other reading, in nats.
  let after: Double
  /// The gain in its own standard errors, over the texts, weighed in the better of two ways.
  let deviation: Double
  /// The texts.
  let textCount: Int
  /// Whether at least as many masks are found.
  private let findsAsMany: Bool

  /// Compares the losses of one model on the same rows; `nil` if they are not of the same masks.
  init?(_ before: MaskedLoss, _ after: MaskedLoss, vocabularySize: Int) {
    guard before.losses.map(\.count) == after.losses.map(\.count), before.count > 0 else {
      return nil
    }
    let limit = log(Double(max(2, vocabularySize)))
    let old = before.losses.map { $0.reduce(0) { $0 + min($1, limit) } }
    let new = after.losses.map { $0.reduce(0) { $0 + min($1, limit) } }
    let count = Double(before.count)
    self.before = old.reduce(0, +) / count
    self.after = new.reduce(0, +) / count
    textCount = old.count
    findsAsMany = after.correctCount >= before.correctCount
    let gains = zip(old, new).map { $0 - $1 }
    // Chance alone grows with the root of the masks. In its units long texts vary as short ones do, and it
    // is not taken for chance that they have more to gain; where they alone gain, whole texts tell more.
    let units = before.losses.map { Double(max(1, $0.count)).squareRoot() }
    deviation = max(
      Self.deviation(of: gains), Self.deviation(of: zip(gains, units).map { $0 / $1 }))
  }

  /// The mean of `gains` in its own standard errors.
  private static func deviation(of gains: [Double]) -> Double {
    let texts = Double(gains.count)
    let mean = gains.reduce(0, +) / texts
    let squares = gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = (squares / max(1, texts - 1) / texts).squareRoot()
    return error > 0 ? mean / error : mean > 0 ? .infinity : 0
  }

  /// The loss in the other reading by that as read.
  var ratio: Double { before > 0 ? after / before : 1 }

  /// Whether the gain is more than chance gives the best of `readings`.
  func isSignificant(among readings: Int) -> Bool {
    findsAsMany && textCount > 1
      && deviation > Self.criticalDeviation(readings: 2 * readings, freedom: textCount - 1)
  }

  /// The chance at which a healthy model is blamed.
  private static let risk = 0.01

  /// The deviation that the best of `readings` which change nothing exceeds in one of a hundred cases,
  /// at most.
  ///
  /// By the bound P(z > x) ≤ exp(−x²/2)/2 of the normal distribution, and the first terms of the
  /// expansion of Student's distribution.
  ///
  /// - SeeAlso: Abramowitz and Stegun, “Handbook of Mathematical Functions”, 26.7.5.
  static func criticalDeviation(readings: Int, freedom: Int) -> Double {
    let z = (2 * log(Double(max(1, readings)) / (2 * risk))).squareRoot()
    let n = Double(max(1, freedom))
    let cube = z * z * z
    return z + (cube + z) / (4 * n) + (5 * cube * z * z + 16 * cube + 3 * z) / (96 * n * n)
  }
}

/// What a random number decides; numbers for different purposes are independent.
public enum RandomPurpose: UInt64, Sendable {
  /// Which token is drawn.
  case token = 1
  /// Whether, or in which order, a position is unmasked.
  case transfer = 2
  /// Whether a position is masked again.
  case remask = 3
  /// Which tokens of an answer are masked to estimate its likelihood.
  case masking = 16
  /// How many of them are.
  case maskingShare = 17
  /// Whether a drafted token is accepted.
  case acceptance = 4
  /// Which order positions are visited in, or what is tried.
  case order = 5
}

/// Random numbers as a function of (step, position), not a stream: editing one position, computing
/// one step alone or using more threads shifts nothing elsewhere.
public protocol RandomSource: Sendable {
  /// Returns a number strictly between 0 and 1.
  func uniform(for purpose: RandomPurpose, step: Int, position: Int) -> Double

  /// Returns `count` numbers strictly between 0 and 1, one for each token of the vocabulary.
  func tokenUniforms(step: Int, position: Int, count: Int) -> [Double]
}

/// The random numbers of a seed.
public struct SeededRandomSource: RandomSource {
  private let seed: UInt64

  /// Creates the source of `seed`.
  public init(seed: UInt64) { self.seed = seed }

  /// Returns a number strictly between 0 and 1 that depends on the arguments and the seed alone.
  public func uniform(for purpose: RandomPurpose, step: Int, position: Int) -> Double {
    var generator = generator(for: purpose, step: step, position: position)
    return generator.nextUniform()
  }

  /// Returns `count` numbers strictly between 0 and 1 for one position.
  public func tokenUniforms(step: Int, position: Int, count: Int) -> [Double] {
    var generator = generator(for: .token, step: step, position: position)
    return (0..<count).map { _ in generator.nextUniform() }
  }

  private func generator(for purpose: RandomPurpose, step: Int, position: Int) -> SplitMix64 {
    var key = SplitMix64.mix(seed &+ 0x9E37_79B9_7F4A_7C15)
    for part in [Int64(bitPattern: purpose.rawValue), Int64(step), Int64(position)] {
      key = SplitMix64.mix(
        key &+ 0x9E37_79B9_7F4A_7C15 ^ UInt64(bitPattern: part) &* 0xD6E8_FEB8_6659_FD93)
    }
    return SplitMix64(seed: key)
  }
}

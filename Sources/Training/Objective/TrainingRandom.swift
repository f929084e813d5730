internal import MaskedDiffusion

/// What a random number of a training run decides; numbers for different purposes are independent.
enum TrainingPurpose: UInt64 {
  case time = 1
  case masking
  case document
  case length
  case prompt
}

/// The random numbers of a training run, as a function of (seed, step, canvas): a run that goes on draws
/// what it would have drawn, and more threads shift nothing.
struct TrainingRandom: Sendable {
  let seed: UInt64

  /// A stream of numbers for one purpose and one canvas of a step.
  func stream(_ purpose: TrainingPurpose, step: Int, canvas: Int = -1) -> SplitMix64 {
    var key = seed
    for part in [
      purpose.rawValue, UInt64(bitPattern: Int64(step)), UInt64(bitPattern: Int64(canvas)),
    ] {
      var mixed = SplitMix64(seed: key ^ part &* 0xD6E8_FEB8_6659_FD93)
      key = mixed.next()
    }
    return SplitMix64(seed: key)
  }
}

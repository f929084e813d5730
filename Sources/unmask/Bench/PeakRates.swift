import Kernels
import Models

/// What the processor can compute at most, in thousand million operations a second, all threads
/// together; 0 where it has no such instruction.
struct PeakRates {
  var float32 = 0.0
  var bfloat16 = 0.0
  var int8 = 0.0

  /// Measures the rates and keeps the best of what was known and is found.
  mutating func measure(_ kernels: Kernels) {
    float32 = max(float32, Self.rate(kernels, .f32))
    bfloat16 = max(bfloat16, Self.rate(kernels, .bf16))
    int8 = max(int8, Self.rate(kernels, .fast))
  }

  private static func rate(_ kernels: Kernels, _ precision: Kernels.Precision) -> Double {
    // About a hundredth of a second each; the best of several, as others use the machine too.
    (0..<8).reduce(0) { best, _ in
      let start = ContinuousClock.now
      let operations = kernels.runPeak(precision, iterations: 2_000_000)
      return max(best, operations / ((ContinuousClock.now - start) / .nanoseconds(1)))
    }
  }

  /// The rate that bounds a forward pass in `precision`.
  func bound(_ precision: ModelOptions.Precision) -> Double {
    let rate =
      switch precision {
      case .float32, .float16, .auto: float32
      case .bfloat16: bfloat16
      case .q8, .q4, .q4k: int8
      }
    return rate > 0 ? rate : float32
  }

  var json: JSON {
    .object([
      "f32": .rounded(float32, 1), "bf16": .rounded(bfloat16, 1), "int8": .rounded(int8, 1),
    ])
  }
}

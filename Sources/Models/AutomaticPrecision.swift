package import Kernels
internal import FoundationEssentials

extension ModelDirectory {
  /// Returns the precision that `asked` stands for with this model on this machine.
  ///
  /// Weights in blocks are used as they are. Of others, `auto` makes
  /// - `q8` if there are 400 million or more, where the processor multiplies 8-bit integers fast;
  ///   `q4k` if that is what it takes to fit into memory;
  /// - `bf16` if there are 50 million or more, or they are stored as bfloat16, where the processor
  ///   multiplies that fast;
  /// - `f32` otherwise: small models are fast anyway.
  public func precision(for asked: ModelOptions.Precision) -> ModelOptions.Precision {
    precision(for: asked, on: .preferred)
  }

  /// The same, where products are computed with `instructionSet`.
  package func precision(
    for asked: ModelOptions.Precision, on instructionSet: Kernels.InstructionSet
  ) -> ModelOptions.Precision {
    guard asked == .auto else { return asked }
    return Self.automaticPrecision(
      format: usedWeights.prevailingFormat ?? .f32, elements: usedWeights.elementCount,
      memory: ProcessInfo.processInfo.physicalMemory, instructionSet: instructionSet)
  }

  /// The precision of a model of `elements` weights, most of them stored as `format`, on a machine
  /// with `memory` bytes.
  package static func automaticPrecision(
    format: Kernels.Format, elements: Int, memory: UInt64, instructionSet: Kernels.InstructionSet
  ) -> ModelOptions.Precision {
    switch format {
    case .q8_0: return .q8
    case .q4_0: return .q4
    case .q4_K: return .q4k
    case .q6_K, .q4_1, .q5_0, .q5_1, .iq4_nl, .q2_K, .q3_K, .q5_K, .iq4_xs:
      return instructionSet.multipliesBFloat16 ? .bfloat16 : .float32
    case .f32, .f16, .bf16: break
    }
    if elements >= 400_000_000, instructionSet.multipliesIntegers(of: .q8_0) {
      // 34 bytes hold 32 weights; a third of the memory is left to everything else.
      let bytes = Double(elements) * 34 / 32
      return bytes <= Double(memory) * 2 / 3 ? .q8 : .q4k
    }
    if instructionSet.multipliesBFloat16, elements >= 50_000_000 || format == .bf16 {
      return .bfloat16
    }
    return .float32
  }
}

extension ModelOptions.Precision {
  /// What the kernels multiply; `auto` leaves it to the weights.
  package var products: Kernels.Precision {
    switch self {
    case .float32, .float16: .f32
    case .bfloat16: .bf16
    case .auto, .q8, .q4, .q4k: .fast
    }
  }
}

extension Kernels.InstructionSet {
  /// Whether products of bfloat16 are faster than those of single precision.
  package var multipliesBFloat16: Bool { self == .avx512BF16 }
}

internal import CKernels
internal import FoundationEssentials

extension Kernels {
  /// A set of vector instructions.
  package enum InstructionSet: String, CaseIterable, CustomStringConvertible, Sendable {
    case scalar
    case avx2
    case avxVNNI = "avx-vnni"
    case avx512
    case avx512BF16 = "avx512-bf16"
    case neon
    case neonDot = "neon-dot"
    case neonI8MM = "neon-i8mm"

    /// The fastest that this processor has.
    package static let best = allCases.first { $0.isa == ck_best_isa() } ?? .scalar

    /// The environment variable that names the set to use in place of the fastest.
    package static let variable = "UNMASK_INSTRUCTION_SET"

    /// Those that this processor has, the slowest first.
    package static var supported: [InstructionSet] { allCases.filter(\.isSupported) }

    /// The one to use unless told otherwise: what ``variable`` names, if this processor has it, or
    /// else the fastest.
    package static let preferred =
      ProcessInfo.processInfo.environment[variable].flatMap(InstructionSet.init(supported:)) ?? best

    /// The set called `name`; `nil` if there is none or this processor lacks it.
    package init?(supported name: String) {
      guard let named = InstructionSet(rawValue: name), named.isSupported else { return nil }
      self = named
    }

    /// Whether this processor has it.
    package var isSupported: Bool { ck_isa_is_supported(isa) != 0 }

    package var description: String { rawValue }

    var isa: ck_isa {
      switch self {
      case .scalar: CK_ISA_SCALAR
      case .avx2: CK_ISA_AVX2
      case .avxVNNI: CK_ISA_AVX_VNNI
      case .avx512: CK_ISA_AVX512
      case .avx512BF16: CK_ISA_AVX512_BF16
      case .neon: CK_ISA_NEON
      case .neonDot: CK_ISA_NEON_DOT
      case .neonI8MM: CK_ISA_NEON_I8MM
      }
    }
  }
}

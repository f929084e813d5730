internal import FoundationEssentials
package import Kernels

/// How to compute with a model.
public struct ModelOptions: Equatable, Sendable {
  /// The precision of the weights and of the arithmetic.
  public enum Precision: String, CaseIterable, Sendable {
    /// One of the others, by the model's size and type and by the machine; see
    /// ``ModelDirectory/precision(for:)``.
    case auto
    /// Exact products of the weights as they are stored.
    case float32 = "f32"
    /// Weights rounded to half precision where they are stored wider; exact products.
    case float16 = "f16"
    /// Weights and activations rounded to bfloat16, products summed in single precision, where the
    /// processor is fast at it.
    case bfloat16 = "bf16"
    /// 8-bit weights in blocks of 32 (GGML Q8_0), multiplied as integers.
    case q8
    /// 4-bit weights in blocks of 32 (GGML Q4_0), multiplied as integers; the head has 8 bits.
    case q4
    /// 4-bit weights in blocks of 256 (GGML Q4_K), multiplied as integers; the head has 8 bits.
    case q4k
  }

  /// The precision of the weights and of the arithmetic.
  public var precision: Precision

  /// The number of threads; `nil` stands for one a core.
  public var threadCount: Int?

  /// Whether weights stay in their file, of which the system keeps in memory what fits: a model
  /// larger than memory runs, as fast as it can be read.
  public var isMapped: Bool

  /// The memory a model may take, in bytes; `nil` stands for what this machine has.
  public var memoryLimit: Int?

  /// What products are computed with; one that this processor has.
  package var instructionSet = Kernels.InstructionSet.preferred

  /// Creates options; the default suits interactive use.
  public init(
    precision: Precision = .auto, threadCount: Int? = nil, isMapped: Bool = false,
    memoryLimit: Int? = nil
  ) {
    self.precision = precision
    self.threadCount = threadCount
    self.isMapped = isMapped
    self.memoryLimit = memoryLimit
  }

  /// The number of threads meant.
  package var usedThreadCount: Int { threadCount ?? ProcessInfo.processInfo.activeProcessorCount }
}

/// Told, while a model is loaded, which share of its weights has been converted, 0 to 1.
///
/// Called on the thread that loads, and only if there is something to convert.
public typealias LoadingProgress = (_ share: Double) -> Void

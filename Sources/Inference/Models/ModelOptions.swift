internal import FoundationEssentials

/// How to compute with a model.
public struct ModelOptions: Equatable, Sendable {
  /// The precision of the arithmetic.
  public enum Precision: String, CaseIterable, Sendable {
    /// The fastest that suits the weights: bfloat16 products where the weights are no more
    /// precise than that and the processor multiplies them faster, single precision otherwise.
    case auto
    /// Single precision; the weights are used as they are stored, without further rounding.
    case float32 = "f32"
    /// Products of bfloat16, summed in single precision, where the processor is fast at it.
    case bfloat16 = "bf16"
  }

  /// The precision of the arithmetic.
  public var precision: Precision

  /// The number of threads; `nil` stands for one a core.
  public var threadCount: Int?

  /// Creates options; the default suits interactive use.
  public init(precision: Precision = .auto, threadCount: Int? = nil) {
    self.precision = precision
    self.threadCount = threadCount
  }

  /// The number of threads meant.
  package var usedThreadCount: Int { threadCount ?? ProcessInfo.processInfo.activeProcessorCount }
}

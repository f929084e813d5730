/// Which keys and values are kept from the first step of a block, to compute fewer positions in the
/// steps after it.
///
/// Anything but `none` is inexact: what is kept was computed before the block was written.
///
/// - SeeAlso: Wu et al., “Fast-dLLM”, arXiv:2505.22618; `llada/generate.py`,
///   `generate_with_prefix_cache`, `generate_with_dual_cache`.
public struct CachePolicy: Equatable, Sendable, CustomStringConvertible {
  /// The positions whose keys and values are kept.
  public var kind: Kind
  /// The steps after which everything is computed anew within a block, 1 or more; `nil` for never.
  public var refreshInterval: Int?

  /// Creates a policy.
  public init(_ kind: Kind, refreshInterval: Int? = nil) {
    self.kind = kind
    self.refreshInterval = refreshInterval
  }

  /// Every position is computed in every step.
  public static let none = CachePolicy(.none)

  /// The positions whose keys and values are kept.
  public enum Kind: String, CaseIterable, Sendable {
    /// None.
    case none
    /// Those before the block.
    case prefix
    /// Those before and after the block.
    case dual
  }

  /// Reads `none`, `prefix`, `dual`, or one of them with `:refresh=STEPS`.
  ///
  /// - Throws: ``SamplerError/malformedSelection(_:)``,
  ///   ``SamplerError/unknownAlgorithm(kind:name:nearest:)``.
  public init(parsing text: String) throws(SamplerError) {
    let selection = try AlgorithmSelection(parsing: text)
    guard let kind = Kind(rawValue: selection.name) else {
      throw .unknownAlgorithm(
        kind: "cache", name: selection.name,
        nearest: nearestName(to: selection.name, in: Kind.allCases.map(\.rawValue)))
    }
    let descriptor = AlgorithmDescriptor(
      name: kind.rawValue, summary: "", source: "",
      parameters: [
        ParameterDescriptor(
          name: "refresh", summary: "steps after which everything is computed anew",
          kind: .number(range: 1...65536, defaultValue: 65536))
      ])
    try descriptor.check(selection.parameters)
    self.init(kind)
    if case .number(let steps) = selection.parameters["refresh"] { refreshInterval = Int(steps) }
  }

  /// The form the command line reads.
  public var description: String {
    kind.rawValue + (refreshInterval.map { ":refresh=\($0)" } ?? "")
  }

  /// The positions to compute in a step that is not the first of `block`.
  func computedRange(block: Range<Int>, count: Int) -> Range<Int> {
    switch kind {
    case .none: 0..<count
    case .prefix: block.lowerBound..<count
    case .dual: block
    }
  }
}

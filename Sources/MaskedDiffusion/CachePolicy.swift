/// Which keys and values are kept from one step to the next, to compute fewer positions.
///
/// Anything but `none` is inexact: what is kept was computed on an earlier canvas.
///
/// - SeeAlso: Wu et al., “Fast-dLLM”, arXiv:2505.22618; `llada/generate.py`,
///   `generate_with_prefix_cache`, `generate_with_dual_cache`. Ma et al., “dKV-Cache: The Cache for
///   Diffusion Language Models”, arXiv:2505.15781, dKV-Cache-Decode.
public struct CachePolicy: Equatable, Sendable, CustomStringConvertible {
  /// The positions whose keys and values are kept.
  public var kind: Kind
  /// The steps after which everything is computed anew, 1 or more; `nil` stands for the end of the
  /// block, or for ``delayedRefreshInterval`` where nothing depends on blocks.
  public var refreshInterval: Int?

  /// Creates a policy.
  public init(_ kind: Kind, refreshInterval: Int? = nil) {
    self.kind = kind
    self.refreshInterval = refreshInterval
  }

  /// The steps after which `delayed` computes everything anew unless told otherwise.
  ///
  /// A run that comes back to an earlier state has to repeat the passes since the last time.
  public static let delayedRefreshInterval = 32

  /// The steps after which everything is computed anew.
  var stepLimit: Int {
    refreshInterval ?? (kind == .delayed ? Self.delayedRefreshInterval : .max)
  }

  /// Every position is computed in every step.
  public static let none = CachePolicy(.none)

  /// The positions whose keys and values are kept.
  public enum Kind: String, CaseIterable, Sendable {
    /// None.
    case none
    /// Those of finished blocks, which is exact where no position sees what follows its block; none
    /// elsewhere.
    case blocks
    /// Those before the block.
    case prefix
    /// Those before and after the block.
    case dual
    /// Those of every position that is not masked and was not changed in the step before: a
    /// token's own are kept one step after it was unmasked, when it has been computed once. The
    /// prompt's are kept in the unconditional pass of guidance too, where it is masked.
    case delayed
  }

  /// Reads `none`, `prefix`, `dual`, `delayed`, or one of them with `:refresh=STEPS`.
  ///
  /// - Throws: ``SamplerError/malformedSelection(_:)``,
  ///   ``SamplerError/unknownAlgorithm(kind:name:nearest:)``, and what
  ///   ``AlgorithmDescriptor/check(_:)`` throws.
  public init(parsing text: String) throws(SamplerError) {
    let selection = try AlgorithmSelection(parsing: text)
    guard let descriptor = Self.descriptors.first(where: { $0.name == selection.name }),
      let policy = CachePolicy(selection)
    else {
      throw .unknownAlgorithm(
        kind: "cache", name: selection.name,
        nearest: nearestName(to: selection.name, in: Kind.allCases.map(\.rawValue)))
    }
    try descriptor.check(selection.parameters)
    self = policy
  }

  /// Creates the policy that `selection` names; `nil` when there is none.
  init?(_ selection: AlgorithmSelection) {
    guard let kind = Kind(rawValue: selection.name) else { return nil }
    self.init(kind)
    guard case .number(let steps)? = selection.parameters["refresh"] else { return }
    refreshInterval = Int(exactly: steps.rounded())
  }

  /// The policy by name, with the interval that was given.
  var selection: AlgorithmSelection {
    AlgorithmSelection(
      kind.rawValue, refreshInterval.map { ["refresh": .number(Double($0))] } ?? [:])
  }

  /// How the policies present themselves.
  static let descriptors: [AlgorithmDescriptor] = [
    AlgorithmDescriptor(
      name: "none", summary: "Compute every position in every step", source: "exact"),
    AlgorithmDescriptor(
      name: "blocks", summary: "Keep finished blocks, where nothing sees what follows its block",
      source: "exact; BD3LM, SDAR, Fast-dLLM v2"),
    AlgorithmDescriptor(
      name: "prefix", summary: "Keep what stands before the block",
      source: "Fast-dLLM generate_with_prefix_cache, arXiv:2505.22618",
      parameters: [refresh(65536)]),
    AlgorithmDescriptor(
      name: "dual", summary: "Keep what stands before and after the block",
      source: "Fast-dLLM generate_with_dual_cache, arXiv:2505.22618", parameters: [refresh(65536)]),
    AlgorithmDescriptor(
      name: "delayed", summary: "Keep every token, one step after it was unmasked",
      source: "dKV-Cache-Decode, arXiv:2505.15781",
      parameters: [refresh(Double(delayedRefreshInterval))]),
  ]

  private static func refresh(_ standard: Double) -> ParameterDescriptor {
    ParameterDescriptor(
      name: "refresh", summary: "steps after which everything is computed anew",
      kind: .number(range: 1...65536, defaultValue: .always(standard)))
  }

  /// The form the command line reads.
  public var description: String {
    kind.rawValue + (refreshInterval.map { ":refresh=\($0)" } ?? "")
  }

  /// The positions to compute on `canvas` when keys and values are at hand.
  ///
  /// - Parameters:
  ///   - canvas: The canvas.
  ///   - block: The block in progress.
  ///   - previous: The canvas that was computed before.
  ///   - wanted: The positions whose logits are wanted, ascending.
  /// - Returns: The positions, ascending.
  func computedPositions(
    of canvas: Canvas, block: Range<Int>, previous: Canvas, wanted: [Int]
  ) -> [Int] {
    switch kind {
    case .none, .blocks: return Array(0..<canvas.count)
    case .prefix: return Array(block.lowerBound..<canvas.count)
    case .dual: return Array(block)
    case .delayed:
      let wanted = Set(wanted)
      return (0..<canvas.count).filter {
        canvas.isMasked($0) || canvas.tokens[$0] != previous.tokens[$0]
          || canvas.isGiven[$0] != previous.isGiven[$0] || wanted.contains($0)
      }
    }
  }
}

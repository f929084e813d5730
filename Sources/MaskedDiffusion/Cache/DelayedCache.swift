/// Every token is kept that was not changed in the step before: its own keys and values are kept one
/// step after it was unmasked, when it has been computed once.
///
/// The prompt's are kept in the unconditional pass of guidance too, where it is masked.
///
/// - SeeAlso: Ma et al., “dKV-Cache: The Cache for Diffusion Language Models”, arXiv:2505.15781,
///   dKV-Cache-Decode.
struct DelayedCache: CachePolicy {
  /// A run that comes back to an earlier state has to repeat the passes since the last refresh.
  private static let standardLimit = 32.0

  static let descriptor = AlgorithmDescriptor(
    name: "delayed", summary: "Keep every token, one step after it was unmasked",
    source: "dKV-Cache-Decode, arXiv:2505.15781", parameters: [.refresh(standardLimit)])
  static let traits = CacheTraits(computesAllMasks: true)

  private let limit: Int

  init(parameters: ParameterValues) {
    limit = Int(Self.descriptor.number("refresh", in: parameters))
  }

  func plan(in context: CacheContext) -> CachePlan {
    guard let kept = context.kept, kept.age < limit else { return .everything }
    let canvas = context.canvas
    return .some(
      positions: canvas.tokens.indices.filter { canvas.isMasked($0) || context.hasChanged($0) },
      candidates: 0..<canvas.count, isKept: true)
  }
}

/// What stands before and after the block is kept, from the block's first step to its last.
///
/// - SeeAlso: Wu et al., “Fast-dLLM”, arXiv:2505.22618; `llada/generate.py`,
///   `generate_with_dual_cache`.
struct DualCache: CachePolicy {
  static let descriptor = AlgorithmDescriptor(
    name: "dual", summary: "Keep what stands before and after the block",
    source: "Fast-dLLM generate_with_dual_cache, arXiv:2505.22618", parameters: [.refresh(65536)])
  static let traits = CacheTraits()

  private let limit: Int

  init(parameters: ParameterValues) {
    limit = Int(Self.descriptor.number("refresh", in: parameters))
  }

  func plan(in context: CacheContext) -> CachePlan {
    context.planForBlock(limit: limit) { $0.block }
  }
}

/// What stands before the block is kept, from the block's first step to its last.
///
/// - SeeAlso: Wu et al., “Fast-dLLM”, arXiv:2505.22618; `llada/generate.py`,
///   `generate_with_prefix_cache`.
struct PrefixCache: CachePolicy {
  static let descriptor = AlgorithmDescriptor(
    name: "prefix", summary: "Keep what stands before the block",
    source: "Fast-dLLM generate_with_prefix_cache, arXiv:2505.22618",
    parameters: [.refresh(65536)])
  static let traits = CacheTraits()

  private let limit: Int

  init(parameters: ParameterValues) {
    limit = Int(Self.descriptor.number("refresh", in: parameters))
  }

  func plan(in context: CacheContext) -> CachePlan {
    context.planForBlock(limit: limit) { $0.block.lowerBound..<$0.canvas.count }
  }
}

extension CacheContext {
  /// Returns the plan of a policy that computes everything in the first step of a block, and then the
  /// positions that `computed` says.
  func planForBlock(limit: Int, computed: (CacheContext) -> Range<Int>) -> CachePlan {
    guard block != 0..<canvas.count else { return .nothing }
    guard let kept, kept.block == block, stepInBlock > 0, kept.age < limit else {
      return .everything
    }
    return .some(positions: Array(computed(self)), candidates: block, isKept: false)
  }
}

/// Every position is computed in every step.
struct NoCache: CachePolicy {
  static let descriptor = AlgorithmDescriptor(
    name: "none", summary: "Compute every position in every step", source: "exact")
  static let traits = CacheTraits(keepsFinishedBlocks: false)

  init(parameters: ParameterValues) {}

  func plan(in context: CacheContext) -> CachePlan { .nothing }
}

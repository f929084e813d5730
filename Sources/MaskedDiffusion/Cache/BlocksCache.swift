/// Finished blocks are kept, where no position sees what follows its block; nothing elsewhere.
///
/// - SeeAlso: BD3LM, arXiv:2503.09573; SDAR; Fast-dLLM v2, arXiv:2509.26328.
struct BlocksCache: CachePolicy {
  static let descriptor = AlgorithmDescriptor(
    name: "blocks", summary: "Keep finished blocks, where nothing sees what follows its block",
    source: "exact; BD3LM, SDAR, Fast-dLLM v2")
  static let traits = CacheTraits()

  init(parameters: ParameterValues) {}

  func plan(in context: CacheContext) -> CachePlan { .nothing }
}

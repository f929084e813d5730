/// What is far from the block is kept; the block and some positions on both sides are computed.
///
/// - SeeAlso: dInfer, arXiv:2510.08666 (vicinity refresh).
struct VicinityCache: CachePolicy {
  static let descriptor = AlgorithmDescriptor(
    name: "vicinity", summary: "Keep what is far from the block",
    source: "dInfer, arXiv:2510.08666",
    parameters: [
      .positions("before", 16, "positions computed before the block"),
      .positions("after", 16, "positions computed after the block"),
      .refresh(65536),
    ])
  static let traits = CacheTraits()

  private let before: Int
  private let after: Int
  private let limit: Int

  init(parameters: ParameterValues) {
    before = Int(Self.descriptor.number("before", in: parameters))
    after = Int(Self.descriptor.number("after", in: parameters))
    limit = Int(Self.descriptor.number("refresh", in: parameters))
  }

  func plan(in context: CacheContext) -> CachePlan {
    context.planForBlock(limit: limit) {
      max(0, $0.block.lowerBound - before)..<min($0.canvas.count, $0.block.upperBound + after)
    }
  }
}

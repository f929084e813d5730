/// What is outside a window that moves on with what is written is kept; some positions before the window
/// are computed along, the more the further it moved.
///
/// - SeeAlso: DSB, arXiv:2602.05992.
struct DSBCache: CachePolicy {
  static let descriptor = AlgorithmDescriptor(
    name: "dsb", summary: "Keep what is outside a window that moves, computing what it leaves",
    source: "DSB, arXiv:2602.05992",
    parameters: [
      .positions("window", 32, "how far the window reaches beyond what is written"),
      .positions("prefix", 24, "positions computed before the window, at least"),
      .positions("suffix", 0, "positions computed after it"),
      .tokens(32),
    ])
  static let traits = CacheTraits()

  private let window: Int
  private let prefix: Int
  private let suffix: Int
  private let tokens: Int

  init(parameters: ParameterValues) {
    window = max(1, Int(Self.descriptor.number("window", in: parameters)))
    prefix = Int(Self.descriptor.number("prefix", in: parameters))
    suffix = Int(Self.descriptor.number("suffix", in: parameters))
    tokens = Int(Self.descriptor.number("tokens", in: parameters))
  }

  func plan(in context: CacheContext) -> CachePlan {
    guard let kept = context.kept, context.unmaskedSince < tokens,
      kept.block == context.block
    else { return .everything }
    let canvas = context.canvas
    let window = DCDCache.window(on: canvas, reaching: window)
    let move = max(0, window.lowerBound - CacheContext.firstMask(kept.latest))
    let start = max(0, window.lowerBound - max(move, prefix))
    let end = min(canvas.count, window.upperBound + suffix)
    return .some(positions: Array(start..<max(start, end)), candidates: window, isKept: true)
  }
}

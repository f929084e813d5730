/// What is outside a window that moves on with what is written is kept: before it, or before and after.
///
/// The window begins at the first mask and ends as many positions behind the prompt as tokens are
/// written, and `window` more. Positions that the window leaves may be computed for one step more, so
/// that what is kept of them was computed when they held their tokens.
///
/// - SeeAlso: DCD, arXiv:2601.02076, prefix, dual and the variants with a delay.
struct DCDCache: CachePolicy {
  static let descriptor = AlgorithmDescriptor(
    name: "dcd", summary: "Keep what is outside a window that moves with the text",
    source: "DCD, arXiv:2601.02076",
    parameters: [
      .positions("window", 32, "how far the window reaches beyond what is written"),
      ParameterDescriptor(
        name: "keep", summary: "what is kept: before the window, or after it too",
        kind: .choice(options: ["prefix", "dual"], defaultValue: "dual")),
      .positions("delay", 0, "positions computed beside the window"),
      .tokens(16),
    ])
  static let traits = CacheTraits()

  private let window: Int
  private let keepsSuffix: Bool
  private let delay: Int
  private let tokens: Int

  init(parameters: ParameterValues) {
    window = max(1, Int(Self.descriptor.number("window", in: parameters)))
    keepsSuffix = Self.descriptor.choice("keep", in: parameters) == "dual"
    delay = Int(Self.descriptor.number("delay", in: parameters))
    tokens = Int(Self.descriptor.number("tokens", in: parameters))
  }

  func plan(in context: CacheContext) -> CachePlan {
    guard let kept = context.kept, context.unmaskedSince < tokens,
      kept.block == context.block
    else { return .everything }
    let canvas = context.canvas
    let window = Self.window(on: canvas, reaching: window)
    let start =
      delay == 0
      ? window.lowerBound
      : max(0, min(window.lowerBound, CacheContext.firstMask(kept.latest) - delay))
    let end = keepsSuffix ? min(canvas.count, window.upperBound + delay) : canvas.count
    // Masks may stand before the window where text was put in by hand.
    return .some(positions: Array(start..<max(start, end)), candidates: window, isKept: true)
  }

  /// From the first mask to `reach` positions behind as many as are written.
  static func window(on canvas: Canvas, reaching reach: Int) -> Range<Int> {
    let first = CacheContext.firstMask(canvas)
    let written = canvas.answer.count { !canvas.isMasked($0) && !canvas.isGiven[$0] }
    let end = min(canvas.answer.upperBound, canvas.answer.lowerBound + reach + written)
    return first..<max(first, end)
  }
}

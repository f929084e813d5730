/// Keeps confident candidates inside a window that moves on with every token written, so that no block
/// boundary is waited at.
///
/// - SeeAlso: “Deferred Commitment Decoding” (DCD), arXiv:2601.02076; “Dynamic Sliding Block” (DSB),
///   arXiv:2602.05992, which are one rule.
public struct SlidingWindowRemasking: RemaskingStrategy {
  /// The descriptor of `sliding-window`.
  public static let descriptor = AlgorithmDescriptor(
    name: "sliding-window", summary: "Keep what is confident in a window that moves on",
    source: "DCD, arXiv:2601.02076; DSB, arXiv:2602.05992",
    parameters: [
      ParameterDescriptor(
        name: "window", summary: "how far it reaches beyond what is written",
        kind: .number(range: 1...65536, defaultValue: 32)),
      ParameterDescriptor(
        name: "tau", summary: "the confidence that is enough",
        kind: .number(range: 0...1, defaultValue: 0.9)),
      ParameterDescriptor(
        name: "count", summary: "tokens kept in each step instead; 0 goes by the confidence",
        kind: .number(range: 0...65536, defaultValue: 0)),
      ParameterDescriptor(
        name: "cap", summary: "how far it reaches beyond the first mask, at most",
        kind: .number(range: 1...65536, defaultValue: 65536)),
      ParameterDescriptor(
        name: "padding", summary: "the token that fills up what follows an end; -1 for none",
        kind: .number(range: -1...16_777_216, defaultValue: -1)),
    ])

  /// Paced by itself.
  public static let traits = StrategyTraits(pacing: .adaptive)

  private let window: Int
  private let threshold: Double
  private let count: Int
  private let cap: Int
  private let padding: TokenID?

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    window = Int(Self.descriptor.number("window", in: parameters))
    threshold = Self.descriptor.number("tau", in: parameters)
    count = Int(Self.descriptor.number("count", in: parameters))
    cap = Int(Self.descriptor.number("cap", in: parameters))
    let token = Self.descriptor.number("padding", in: parameters)
    padding = token >= 0 ? TokenID(token) : nil
  }

  /// Keeps the best of the window.
  public func decision(in context: StepContext) -> StepDecision {
    let eligible = eligible(in: context)
    let ranked = eligible.ranked { $0.ranking.confidence }
    let enough = ranked.count { $0.ranking.confidence >= threshold }
    let kept = ranked.prefix(count > 0 ? count : max(1, enough))
    var decision = StepDecision(unmasked: kept.map(\.position).sorted())
    pad(&decision, kept: Array(kept), context: context)
    return decision
  }

  /// Names the window.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    let places = eligible(in: context).count
    return context.reason(
      for: decision, kept: "the surest of \(places) in the window"
    ) { $0.ranking.confidence }
  }

  private func eligible(in context: StepContext) -> [Candidate] {
    let answer = context.canvas.answer
    let written = answer.count { !context.canvas.isMasked($0) && !context.canvas.isGiven[$0] }
    guard let first = context.candidates.first?.position else { return [] }
    let end = min(answer.lowerBound + window + written, first + cap, answer.upperBound)
    // A mask inside a prompt or a suffix has no window.
    let inside = context.candidates.filter { $0.position < end }
    return inside.isEmpty ? context.candidates : inside
  }

  /// What follows an end-of-text token that is written now is filled up at once.
  private func pad(_ decision: inout StepDecision, kept: [Candidate], context: StepContext) {
    guard let padding,
      let end = kept.filter({ context.endOfTextTokens.contains($0.token) }).map(\.position).min()
    else { return }
    let canvas = context.canvas
    decision.unmasked.removeAll { $0 > end }
    decision.written = (end + 1..<max(end + 1, canvas.answer.upperBound)).filter {
      !canvas.isGiven[$0] && !canvas.isLocked[$0]
        && !context.endOfTextTokens.contains(canvas.tokens[$0])
        && canvas.tokens[$0] != padding
    }.map { .init(position: $0, token: padding, confidence: 1, fate: .padding) }
  }
}

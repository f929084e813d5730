#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Keeps the most confident candidates of a predictor that does not see all of the prompt: each of its
/// tokens is hidden with a chance that falls while the text is written, so that texts differ more.
///
/// The chance in a step that ends when the share s of the block's steps is done is
/// `share` · cos(π s / 2), for `start` ≤ s ≤ `until`, and 0 otherwise.
///
/// - SeeAlso: TAPS, arXiv:2601.22629, mode `prompt_mask`; its other mode changes embeddings.
public struct TAPSStrategy: RemaskingStrategy {
  /// The descriptor of `taps`.
  public static let descriptor = AlgorithmDescriptor(
    name: "taps", summary: "The surest candidates, hiding part of the prompt at first",
    source: "TAPS (prompt_mask), arXiv:2601.22629",
    parameters: [
      ParameterDescriptor(
        name: "share", summary: "the chance that a token of the prompt is hidden at the start",
        kind: .number(range: 0...1, defaultValue: 0.2)),
      ParameterDescriptor(
        name: "start", summary: "the share of steps before it begins",
        kind: .number(range: 0...1, defaultValue: 0.05)),
      ParameterDescriptor(
        name: "until", summary: "the share of steps after which it ends",
        kind: .number(range: 0...1, defaultValue: 0.95)),
    ])

  /// Paced by the schedule.
  public static let traits = StrategyTraits(pacing: .scheduled)

  private let share: Double
  private let start: Double
  private let until: Double

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    share = Self.descriptor.number("share", in: parameters)
    start = Self.descriptor.number("start", in: parameters)
    until = Self.descriptor.number("until", in: parameters)
  }

  /// Asks about the masks, with part of the prompt masked.
  public func opening(in context: StepContext, memory: NoMemory) -> Opening {
    let canvas = context.canvas
    let hidden = hidden(in: context)
    let masks = canvas.openPositions(in: 0..<context.block.upperBound)
    guard !hidden.isEmpty, !masks.isEmpty else { return .standard }
    var tokens = canvas.tokens
    for position in hidden { tokens[position] = canvas.maskToken }
    return .question(Question(tokens: tokens, wanted: masks))
  }

  /// The tokens of the prompt that this step hides.
  func hidden(in context: StepContext) -> [Int] {
    let done = Double(context.stepInBlock + 1) / Double(max(1, context.blockSteps))
    guard start...max(start, until) ~= done else { return [] }
    let chance = share * cos(.pi / 2 * done)
    return context.canvas.tokens.indices.filter {
      context.canvas.isGiven[$0] && context.uniform(for: .order, position: $0) < chance
    }
  }

  /// Keeps the most confident candidates.
  public func decision(in context: StepContext) -> StepDecision {
    StepDecision(
      unmasked: context.positions(
        withHighest: { $0.ranking.confidence }, count: context.transferCount))
  }
}

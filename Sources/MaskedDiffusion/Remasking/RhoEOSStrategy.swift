/// Lets an answer grow while its end does not look like the end of a text, and shrink while too much
/// of it does.
///
/// - SeeAlso: “ρ-EOS”, arXiv:2601.22527. Its code measures what DAEDAL measures, not the density the
///   paper defines, and so does this; unlike that code, this does not cut off tokens that are written.
public struct RhoEOSStrategy: SamplingStrategy {
  /// The descriptor of `rho-eos`.
  public static let descriptor = AlgorithmDescriptor(
    name: "rho-eos", summary: "Let the answer grow and shrink until its end looks like one",
    source: "rho-EOS, arXiv:2601.22527",
    parameters: [
      ParameterDescriptor(
        name: "max", summary: "the greatest length of the answer",
        kind: .number(range: 1...65536, defaultValue: 2048)),
      ParameterDescriptor(
        name: "unit", summary: "the masks added or dropped at once, at least",
        kind: .number(range: 1...1024, defaultValue: 8)),
      ParameterDescriptor(
        name: "growth", summary: "how more are added or dropped the farther off the end is",
        kind: .choice(options: Growth.allCases.map(\.rawValue), defaultValue: "exp")),
      ParameterDescriptor(
        name: "tail", summary: "the positions an end is judged by",
        kind: .number(range: 1...1024, defaultValue: 32)),
      ParameterDescriptor(
        name: "low", summary: "the certainty of the end below which the answer grows",
        kind: .number(range: 0...1, defaultValue: 0.4)),
      ParameterDescriptor(
        name: "high", summary: "the certainty of the end above which it shrinks",
        kind: .number(range: 0...1, defaultValue: 0.6)),
      ParameterDescriptor(
        name: "tau", summary: "the confidence that is enough to unmask",
        kind: .number(range: 0...1, defaultValue: 0.9)),
      ParameterDescriptor(
        name: "window", summary: "the positions that are filled together",
        kind: .number(range: 1...65536, defaultValue: 32)),
      ParameterDescriptor(
        name: "freeze", summary: "the steps after which the length stays",
        kind: .number(range: 1...65536, defaultValue: 64)),
      ParameterDescriptor(
        name: "cut", summary: "whether written tokens may be dropped with the end",
        kind: .choice(options: ["masks", "anything"], defaultValue: "masks")),
    ])

  /// Paced by itself; reads the whole answer.
  public static let traits = StrategyTraits(pacing: .adaptive)

  /// How the step grows with the distance.
  public enum Growth: String, CaseIterable, Sendable {
    /// It doubles for each tenth, up to eightfold.
    case exp
    /// It grows with each tenth.
    case linear
    /// It does not.
    case const
  }

  /// The first position of the window, counted from the start of the answer.
  public struct Memory: StrategyMemory {
    var offset = 0

    /// Creates the memory of a run that begins.
    public init() {}
  }

  private let greatest: Int
  private let unit: Int
  private let growth: Growth
  private let length: EndOfTextLength
  private let low: Float
  private let high: Float
  private let threshold: Double
  private let window: Int
  private let freeze: Int
  private let cutsAnything: Bool

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    greatest = Int(Self.descriptor.number("max", in: parameters))
    unit = Int(Self.descriptor.number("unit", in: parameters))
    growth = Growth(rawValue: Self.descriptor.choice("growth", in: parameters)) ?? .exp
    length = EndOfTextLength(tail: Int(Self.descriptor.number("tail", in: parameters)))
    low = Float(Self.descriptor.number("low", in: parameters))
    high = Float(Self.descriptor.number("high", in: parameters))
    threshold = Self.descriptor.number("tau", in: parameters)
    window = Int(Self.descriptor.number("window", in: parameters))
    freeze = Int(Self.descriptor.number("freeze", in: parameters))
    cutsAnything = Self.descriptor.choice("cut", in: parameters) == "anything"
  }

  /// Asks about the whole answer: its end is judged too.
  public func opening(in context: StepContext, memory: Memory) -> Opening {
    EndOfTextLength.question(in: context)
  }

  /// Fills, then changes the length.
  public func move(
    in context: StepContext, memory: Memory, answers: [Answer]
  ) -> StrategyMove<Memory> {
    guard let answer = context.answer else { return .decide(StepDecision(unmasked: []), memory) }
    var next = memory
    let masked = EndOfTextLength.window(of: context, offset: &next.offset, length: window)
    var decision = StepDecision(unmasked: EndOfTextLength.filled(masked, above: threshold))
    let positions = context.canvas.answer
    guard context.stepInBlock < freeze, positions.count < greatest,
      !context.endOfTextTokens.isEmpty
    else { return .decide(decision, next) }
    let certainty = Float(length.certainty(of: answer, in: context))
    if certainty < low {
      let count = min(
        size(ofGap: low - certainty), greatest - positions.count, context.room)
      if count > 0 {
        decision.insertions = [.init(before: positions.upperBound, count: count)]
      }
    } else if certainty > high {
      let count = size(ofGap: certainty - high)
      decision.deletions = positions.suffix(min(count, positions.count - 1)).filter {
        cutsAnything || context.canvas.isOpen($0) && !decision.unmasked.contains($0)
      }
      let gone = Set(decision.deletions)
      decision.unmasked.removeAll { gone.contains($0) }
    }
    return .decide(decision, next)
  }

  private func size(ofGap gap: Float) -> Int {
    let tenths = Int((gap / 0.1).rounded(.up))
    switch growth {
    case .exp: return unit * min(8, 1 << min(3, max(0, tenths - 1)))
    case .linear: return unit * max(1, tenths)
    case .const: return unit
    }
  }
}

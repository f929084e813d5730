/// A rule that decides, in one denoising step, how the canvas changes.
///
/// A step goes in rounds. The strategy has an opening question about the canvas; the sampler asks the
/// predictor and puts the answer into the ``StepContext``. The strategy then asks further questions,
/// each of which is a forward pass, or decides.
///
/// What it wants to know in later steps is its *memory*, a value. The sampler keeps it in its state
/// and in the trace, so the same context and memory always give the same decision, and every step
/// can be computed again from the record. A strategy with neither memory nor further questions
/// conforms to ``RemaskingStrategy`` instead.
public protocol SamplingStrategy: Sendable {
  /// What is remembered from step to step.
  associatedtype Memory: StrategyMemory

  /// The name, summary, source and parameters shown by the command line and the playground.
  static var descriptor: AlgorithmDescriptor { get }

  /// How the strategy is paced, and what it looks at.
  static var traits: StrategyTraits { get }

  /// Creates a strategy from parameter values already checked against ``descriptor``.
  init(parameters: ParameterValues)

  /// Returns what is asked first, before anything is known but the canvas.
  func opening(in context: StepContext, memory: Memory) -> Opening

  /// Returns what to do, given the answers to the questions asked so far in this step.
  ///
  /// - Parameters:
  ///   - context: The canvas, the plan, and the answer to the opening question.
  ///   - memory: What the step before left; a fresh value in the first.
  ///   - answers: The answers to the questions of earlier moves, in order; none at first.
  /// - Returns: More questions, or the decision with the memory of the next step.
  func move(in context: StepContext, memory: Memory, answers: [Answer]) -> StrategyMove<Memory>

  /// Returns why `decision` is what it is; asked only when the decision does not say.
  func reason(for decision: StepDecision, in context: StepContext) -> StepReason
}

extension SamplingStrategy {
  /// Asks for the masked positions up to the end of the block, as most strategies do.
  public func opening(in context: StepContext, memory: Memory) -> Opening { .standard }

  /// Says that the most confident candidates were kept.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(for: decision, superlative: "surest") { $0.ranking.confidence }
  }
}

/// A strategy that decides at once and remembers nothing.
///
/// Two kinds share the protocol: those that *rank and keep* use ``StepContext/transferCount``, the
/// *ancestral* ones draw for each position.
public protocol RemaskingStrategy: SamplingStrategy where Memory == NoMemory {
  /// Returns the positions to unmask and the positions to mask again.
  func decision(in context: StepContext) -> StepDecision
}

extension RemaskingStrategy {
  /// Decides at once.
  public func move(
    in context: StepContext, memory: NoMemory, answers: [Answer]
  ) -> StrategyMove<NoMemory> {
    .decide(decision(in: context), NoMemory())
  }
}

/// What a strategy asks first in a step.
public enum Opening: Equatable, Sendable {
  /// The masked positions up to the end of the block, and the unmasked ones of the block where the
  /// strategy reads them.
  case standard
  /// Something else.
  case question(Question)
  /// Nothing: the strategy asks later, or not at all.
  case nothing
}

/// What a strategy does when it has looked at all answers so far.
public enum StrategyMove<Memory: Sendable>: Sendable {
  /// It asks more questions, which are computed together; each counts as a forward pass.
  case ask([Question])
  /// It decides, and remembers something for the next step.
  case decide(StepDecision, Memory)
}

/// What the sampler has to know about a strategy.
public struct StrategyTraits: Equatable, Sendable {
  /// What sets the number of steps.
  public var pacing: Pacing
  /// Whether unmasked tokens may be masked again.
  public var remasks: Bool
  /// Whether the candidates at unmasked positions are wanted too.
  public var readsUnmasked: Bool
  /// Whether the answer to the opening question of the step before is wanted too.
  public var readsPrevious: Bool
  /// Whether it asks who attends to whom, which not every predictor can say.
  public var readsAttention: Bool
  /// Whether a block without masks goes on until the strategy says that it is finished.
  public var decidesEnd: Bool

  /// Whether a run is over as soon as no mask is left.
  public var endsWithTheLastMask: Bool { !remasks && !decidesEnd }

  /// Creates traits.
  public init(
    pacing: Pacing, remasks: Bool = false, readsUnmasked: Bool = false,
    readsPrevious: Bool = false, readsAttention: Bool = false, decidesEnd: Bool = false
  ) {
    self.pacing = pacing
    self.remasks = remasks
    self.readsUnmasked = readsUnmasked
    self.readsPrevious = readsPrevious
    self.readsAttention = readsAttention
    self.decidesEnd = decidesEnd
  }

  /// What sets the number of steps.
  public enum Pacing: Sendable {
    /// The schedule's transfer counts; a count of 0 needs no forward pass.
    case scheduled
    /// The schedule's transfer counts or more: a block ends as soon as no mask is left.
    case atLeastScheduled
    /// The schedule's probabilities, drawn for each position.
    case ancestral
    /// The strategy alone: a block takes as many steps as it needs, at most one a position unless
    /// tokens change more than once.
    case adaptive
  }
}

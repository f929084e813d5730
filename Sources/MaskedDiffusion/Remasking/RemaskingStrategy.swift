/// A rule that decides, in one denoising step, which positions change.
///
/// A strategy is a value without memory: the same context gives the same decision, so a run can be
/// replayed, rewound and compared. Two kinds share the protocol: those that *rank and keep* use
/// ``StepContext/transferCount``, the *ancestral* ones draw for each position.
public protocol RemaskingStrategy: Sendable {
  /// The name, summary, source and parameters shown by the command line and the playground.
  static var descriptor: AlgorithmDescriptor { get }

  /// How the strategy is paced, and what it looks at.
  static var traits: StrategyTraits { get }

  /// Creates a strategy from parameter values already checked against ``descriptor``.
  init(parameters: ParameterValues)

  /// Returns the positions to unmask and the positions to mask again.
  func decision(in context: StepContext) -> StepDecision
}

/// What the sampler has to know about a strategy.
public struct StrategyTraits: Equatable, Sendable {
  /// What sets the number of steps.
  public var pacing: Pacing
  /// Whether unmasked tokens may be masked again.
  public var remasks: Bool
  /// Whether the candidates at unmasked positions are wanted too.
  public var readsUnmasked: Bool

  /// Creates traits.
  public init(pacing: Pacing, remasks: Bool = false, readsUnmasked: Bool = false) {
    self.pacing = pacing
    self.remasks = remasks
    self.readsUnmasked = readsUnmasked
  }

  /// What sets the number of steps.
  public enum Pacing: Sendable {
    /// The schedule's transfer counts; a count of 0 needs no forward pass.
    case scheduled
    /// The schedule's probabilities, drawn for each position.
    case ancestral
    /// The strategy alone: a block takes as many steps as it needs, at most one a position.
    case adaptive
  }
}

/// What a strategy may look at.
public struct StepContext: Sendable {
  /// The candidates for the masked positions up to the end of the block, by position.
  public var candidates: [Candidate]

  /// The tokens of the block that may be masked again, by position.
  public var unmasked: [UnmaskedToken]

  /// The step of the plan: times, alpha, transfer probability and count.
  public var plan: PlannedStep

  /// The number of masks that are to be left in the block after the step.
  public var maskedTarget: Int

  /// Whether this is the last step of the block, which leaves no mask.
  public var isLast: Bool

  /// The number of the denoising step, from 1.
  public var step: Int

  /// The random numbers.
  public var random: any RandomSource

  /// Creates a context.
  public init(
    candidates: [Candidate], unmasked: [UnmaskedToken] = [], plan: PlannedStep,
    maskedTarget: Int, isLast: Bool, step: Int, random: any RandomSource
  ) {
    self.candidates = candidates
    self.unmasked = unmasked
    self.plan = plan
    self.maskedTarget = maskedTarget
    self.isLast = isLast
    self.step = step
    self.random = random
  }

  /// The number of tokens the schedule asks to unmask (`num_transfer_tokens` in reference code),
  /// at most the number of candidates.
  public var transferCount: Int { min(plan.transferCount, candidates.count) }

  /// Returns a number strictly between 0 and 1 for `position` in this step.
  public func uniform(for purpose: RandomPurpose, position: Int) -> Double {
    random.uniform(for: purpose, step: step, position: position)
  }

  /// Returns the `count` positions with the highest scores, lower positions first among equals.
  public func positions(
    withHighest score: (Candidate) -> Double, count: Int
  ) -> [Int] {
    rankedCandidates(by: score).prefix(count).map(\.position).sorted()
  }

  /// Returns the candidates with the highest scores first, lower positions first among equals.
  public func rankedCandidates(by score: (Candidate) -> Double) -> [Candidate] {
    candidates
      .map { (candidate: $0, score: score($0)) }
      .sorted {
        $0.score != $1.score
          ? $0.score > $1.score : $0.candidate.position < $1.candidate.position
      }
      .map(\.candidate)
  }
}

/// A token that may be masked again.
public struct UnmaskedToken: Equatable, Sendable {
  /// Its position.
  public var position: Int
  /// The token.
  public var token: TokenID
  /// Its probability when it was unmasked, in 0...1.
  public var confidence: Double
  /// What the predictor would put there now; only for strategies that read it.
  public var candidate: Candidate?

  /// Creates an unmasked token.
  public init(position: Int, token: TokenID, confidence: Double, candidate: Candidate? = nil) {
    self.position = position
    self.token = token
    self.confidence = confidence
    self.candidate = candidate
  }
}

/// What a strategy decided: positions, ascending.
public struct StepDecision: Equatable, Sendable {
  /// The masked positions that get their candidate.
  public var unmasked: [Int]
  /// The unmasked positions that are masked again.
  public var remasked: [Int]

  /// Creates a decision.
  public init(unmasked: [Int], remasked: [Int] = []) {
    self.unmasked = unmasked
    self.remasked = remasked
  }
}

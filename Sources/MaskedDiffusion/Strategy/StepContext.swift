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

  /// The canvas before the step.
  public var canvas: Canvas

  /// The positions of the block.
  public var block: Range<Int>

  /// The steps done on the block.
  public var stepInBlock: Int

  /// The number of steps planned for the block.
  public var blockSteps: Int

  /// The tokens that end a text.
  public var endOfTextTokens: [TokenID]

  /// The number of positions the canvas may grow by before the model can no longer read it.
  public var room = Int.max

  /// Whether the logits of a position are the output of the one before.
  public var isShifted = false

  /// Whether no position sees what is written behind its block.
  public var isOrdered = false

  /// The answer to the opening question; `nil` when nothing was asked.
  public var answer: Answer?

  /// The answer to the opening question of the step before, for strategies that read it; `nil` in
  /// the first step.
  public var previous: Answer?

  /// Creates a context.
  public init(
    candidates: [Candidate], unmasked: [UnmaskedToken] = [], plan: PlannedStep,
    maskedTarget: Int, isLast: Bool, step: Int, random: any RandomSource,
    canvas: Canvas = Canvas(prompt: [], length: 0, maskToken: 0), block: Range<Int> = 0..<0,
    stepInBlock: Int = 0, blockSteps: Int = 0, endOfTextTokens: [TokenID] = [],
    answer: Answer? = nil, previous: Answer? = nil
  ) {
    self.candidates = candidates
    self.unmasked = unmasked
    self.plan = plan
    self.maskedTarget = maskedTarget
    self.isLast = isLast
    self.step = step
    self.random = random
    self.canvas = canvas
    self.block = block
    self.stepInBlock = stepInBlock
    self.blockSteps = blockSteps
    self.endOfTextTokens = endOfTextTokens
    self.answer = answer
    self.previous = previous
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
    candidates.ranked(by: score)
  }
}

extension [Candidate] {
  /// Returns the candidates with the highest scores first, lower positions first among equals.
  public func ranked(by score: (Candidate) -> Double) -> [Candidate] {
    map { (candidate: $0, score: score($0)) }
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

/// Everything that decides a run of the reverse process besides the model and the canvas.
public struct SamplerSettings: Equatable, Sendable {
  /// The number of denoising steps, 1...65536; adaptive strategies take what they need instead.
  public var steps: Int
  /// The number of answer positions denoised together, left to right; `nil` denoises the whole
  /// canvas at once.
  public var blockLength: Int?
  /// What happens when blocks or steps do not divide.
  public var blockRule: BlockRule
  /// The remasking strategy.
  public var strategy: AlgorithmSelection
  /// The transfer schedule.
  public var schedule: AlgorithmSelection
  /// The temperature tokens are drawn with, 0...100; 0 takes the most probable.
  public var temperature: Double
  /// The number of tokens drawn from, 1 or more; `nil` draws from all.
  public var topK: Int?
  /// The probability mass drawn from, above 0 and at most 1; `nil` draws from all.
  public var topP: Double?
  /// w in u + (w + 1)(c − u), 0...100; 0 is off and costs one forward pass instead of two.
  public var guidanceScale: Float
  /// How the guidance scale changes in the course of the run.
  public var guidanceSchedule: AlgorithmSelection = .constant
  /// How the temperature changes in the course of the run.
  public var temperatureSchedule: AlgorithmSelection = .constant
  /// What is added to the logits of some tokens.
  public var biases: [TokenBias] = []
  /// The tokens that are never predicted.
  public var suppressedTokens: [TokenID] = []
  /// What the logits of tokens that stand elsewhere are divided by, 1...10; 1 is off.
  public var repetitionPenalty: Double = 1
  /// What is subtracted from the logits of the neighbours of a position, 0...1000 nats; 0 is off.
  public var adjacentPenalty: Double = 0
  /// How far the texts of a batch are pushed apart, 0...1000; 0 is off.
  public var diversity: Double = 0
  /// The distribution strategies rank by.
  public var confidenceSource: ConfidenceSource
  /// How tokens are drawn.
  public var draw: TokenDraw
  /// Whether the mask token can be predicted; if so, its position stays masked.
  public var forbidsMaskToken: Bool
  /// What an end-of-text token means.
  public var endOfText: EndOfTextPolicy
  /// The keys and values kept between the steps of a block.
  public var cache: AlgorithmSelection
  /// The seed of the random numbers.
  public var seed: UInt64
  /// The number of top candidates a trace records for each masked position, 0...64.
  public var recordedCandidates: Int

  /// Creates settings.
  public init(
    steps: Int, blockLength: Int? = nil, blockRule: BlockRule = .roundUp,
    strategy: AlgorithmSelection, schedule: AlgorithmSelection, temperature: Double = 0,
    topK: Int? = nil, topP: Double? = nil, guidanceScale: Float = 0,
    confidenceSource: ConfidenceSource = .unmodified, draw: TokenDraw = .categorical,
    forbidsMaskToken: Bool = false, endOfText: EndOfTextPolicy = .keep,
    cache: AlgorithmSelection = .noCache,
    seed: UInt64 = 0,
    recordedCandidates: Int = 0
  ) {
    self.steps = steps
    self.blockLength = blockLength
    self.blockRule = blockRule
    self.strategy = strategy
    self.schedule = schedule
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.guidanceScale = guidanceScale
    self.confidenceSource = confidenceSource
    self.draw = draw
    self.forbidsMaskToken = forbidsMaskToken
    self.endOfText = endOfText
    self.cache = cache
    self.seed = seed
    self.recordedCandidates = recordedCandidates
  }

  /// Checks every setting that does not depend on a canvas.
  ///
  /// - Throws: ``SamplerError``.
  public func check() throws(SamplerError) {
    for row in SettingRegistry.all { try row.check(row.value(in: self)) }
  }
}

/// How the answer is cut into blocks, and what they see.
public enum BlockRule: String, SettingWord {
  /// It is an error (LLaDA `generate`).
  case exact
  /// The last block is shorter, and every block gets ⌈steps / blocks⌉ steps (dllm `MDLMSampler`).
  case roundUp = "round-up"
  /// The same, and no position sees what follows its block (BD3LM).
  case causal
  /// The same, with blocks that are counted from the first position of the canvas: the first may
  /// begin with the end of the prompt (SDAR, Fast-dLLM v2).
  case causalAligned = "causal-aligned"

  /// One line that says what the word stands for.
  public var summary: String {
    switch self {
    case .exact: "it is an error"
    case .roundUp: "the last block is shorter, and every block gets as many steps as the longest"
    case .causal: "the same, and no position sees what follows its block"
    case .causalAligned: "the same, blocks counted from the first position of the canvas"
    }
  }
}

/// What an end-of-text token in the answer means.
public enum EndOfTextPolicy: String, SettingWord {
  /// The text ends there, and so does the run once everything before it is written.
  case stop
  /// It is never predicted.
  case forbid
  /// Nothing: it is a token like any other.
  case keep
  /// The text ends there, but it counts as the least confident of candidates.
  case last

  /// One line that says what the word stands for.
  public var summary: String {
    switch self {
    case .stop: "the text ends there, and the run with it"
    case .forbid: "it is never predicted"
    case .keep: "nothing: it is a token like any other"
    case .last: "the text ends there, and this is decided last of all (LLaDA)"
    }
  }
}

public import MaskedDiffusion

extension Playground {
  /// Something that happened: all that can change the state.
  public enum Message: Equatable, Sendable {
    /// At the terminal.
    case event(TerminalEvent)
    /// The user asked for this, however it was asked.
    case action(Action)
    /// The time asked for with ``Effect/scheduleTick(number:milliseconds:)`` is over.
    case tick(Int)
    /// A step was done.
    case stepped(StepReport)
    /// The predictor answered.
    case looked(LookReport)
    /// The bytes of tokens that may not have occurred before.
    ///
    /// Sent before the message in which they occur. A runtime may send the whole vocabulary after
    /// loading a model, and nothing later.
    case pieces(model: String, [TokenID: TokenPiece])
    /// A model was loaded.
    case loaded(ModelInfo)
    /// The models that could be loaded, by name; for completion.
    case available(models: [String])
    /// A finished text was judged.
    case judged(JudgeReport)
    /// Samples of a likelihood were drawn.
    case scored(ScoreReport)
    /// A part of the examination of a model; `nil` when all of them were sent.
    case examined(model: String, ModelSection?)
    /// Text was turned into tokens.
    case tokenized(TokenizeReport)
    /// A trace was read.
    case opened(Trace, path: String)
    /// Something was done: one sentence that says so.
    case done(String)
    /// A file was written: one sentence that says so.
    case wrote(String, path: String)
    /// A file was not written, because there is one already.
    case occupied(OccupiedFile)
    /// Something could not be done.
    case failed(Failure)
  }

  /// What a step did.
  public struct StepReport: Equatable, Sendable {
    /// The number of the request.
    public var number: Int
    /// What happened; `nil` when there was no step left.
    public var step: TraceStep?
    /// Where the sampler stands now.
    public var state: SamplerState
    /// Whether no step is left.
    public var isFinished: Bool
    /// The positions that were computed for it; `nil` where that was not counted.
    public var visits: Int?

    /// Creates a report.
    public init(
      number: Int, step: TraceStep?, state: SamplerState, isFinished: Bool, visits: Int? = nil
    ) {
      self.visits = visits
      self.number = number
      self.step = step
      self.state = state
      self.isFinished = isFinished
    }
  }

  /// What the predictor thinks.
  public struct LookReport: Equatable, Sendable {
    /// The number of the request.
    public var number: Int
    /// One opinion a position.
    public var opinions: [Opinion]
    /// What the strategy would do next, where that was asked.
    public var proposal: TraceStep?
    /// What a second strategy would do next, where that was asked.
    public var overlay: TraceStep?

    /// Creates a report.
    public init(
      number: Int, opinions: [Opinion], proposal: TraceStep? = nil, overlay: TraceStep? = nil
    ) {
      self.number = number
      self.opinions = opinions
      self.proposal = proposal
      self.overlay = overlay
    }
  }

  /// What a checker says of a text.
  public struct JudgeReport: Equatable, Sendable {
    /// The number of the request.
    public var number: Int
    /// The text.
    public var tokens: [TokenID]
    /// The verdict; `nil` where nobody knows what is true of this model's texts.
    public var verdict: TextVerdict?

    /// Creates a report.
    public init(number: Int, tokens: [TokenID], verdict: TextVerdict?) {
      self.number = number
      self.tokens = tokens
      self.verdict = verdict
    }
  }

  /// Samples of a likelihood.
  public struct ScoreReport: Equatable, Sendable {
    /// The number of the request.
    public var number: Int
    /// The samples, and the share of each token in their mean.
    public var estimate: LikelihoodEstimate

    /// Creates a report.
    public init(number: Int, estimate: LikelihoodEstimate) {
      self.number = number
      self.estimate = estimate
    }
  }

  /// The tokens of a text.
  public struct TokenizeReport: Equatable, Sendable {
    /// The number of the request.
    public var number: Int
    /// The tokens.
    public var tokens: [TokenID]

    /// Creates a report.
    public init(number: Int, tokens: [TokenID]) {
      self.number = number
      self.tokens = tokens
    }
  }

  /// A file that would have been replaced.
  public struct OccupiedFile: Equatable, Sendable {
    /// What was to be written.
    public enum Content: Equatable, Sendable {
      /// The runs of the session.
      case trace
      /// The screen, or the run as a picture.
      case screen
    }

    /// Its path as the user typed it.
    public var path: String
    /// A name like it that is free.
    public var freePath: String
    /// What was to be written.
    public var content: Content

    /// Creates the description.
    public init(path: String, freePath: String, content: Content) {
      self.path = path
      self.freePath = freePath
      self.content = content
    }
  }

  /// Why something could not be done.
  public struct Failure: Equatable, Sendable {
    /// The number of the request; `nil` for work without one.
    public var number: Int?
    /// One sentence.
    public var text: String
    /// What to do about it, where that is known.
    public var hint: String?

    /// Creates a failure.
    public init(number: Int? = nil, text: String, hint: String? = nil) {
      self.number = number
      self.text = text
      self.hint = hint
    }
  }
}

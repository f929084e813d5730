public import MaskedDiffusion

extension Playground {
  /// Work for the runtime.
  ///
  /// Work for the model (`step`, `look`) is done in the order it was asked for, away from the
  /// thread that draws; each request is answered by one message with its number.
  public enum Effect: Equatable, Sendable {
    /// Do one denoising step; answer with ``Message/stepped(_:)`` or ``Message/failed(_:)``.
    case step(StepRequest)
    /// Ask the predictor about a canvas; answer with ``Message/looked(_:)`` or
    /// ``Message/failed(_:)``.
    case look(LookRequest)
    /// Stop all work for the model, also what waits; no answer is expected any more.
    case cancel
    /// Load a model by name or path; answer with ``Message/loaded(_:)`` or ``Message/failed(_:)``.
    case load(model: String)
    /// Ask whether a finished text can be true; answer with ``Message/judged(_:)``.
    case judge(JudgeRequest)
    /// Draw samples of a likelihood; answer with ``Message/scored(_:)`` or ``Message/failed(_:)``.
    case score(ScoreRequest)
    /// Examine a model; answer with ``Message/examined(model:_:)``, a part a message.
    case examine(model: String)
    /// Stop scoring; no answer is expected any more.
    case cancelScoring
    /// Turn text into tokens; answer with ``Message/tokenized(_:)`` or ``Message/failed(_:)``.
    case tokenize(TokenizeRequest)
    /// Write a trace; answer with ``Message/wrote(_:path:)``, ``Message/occupied(_:)`` or
    /// ``Message/failed(_:)``.
    case saveTrace(Trace, to: FileTarget)
    /// Read a trace; answer with ``Message/opened(_:path:)`` or ``Message/failed(_:)``.
    case openTrace(path: String)
    /// Write the screen as it looks after this update, or every step of the run, in the form that the
    /// name of the file says; answer as for `saveTrace`.
    case exportScreen(to: FileTarget)
    /// Put text into the clipboard, or print it after the end where there is none; answer with
    /// ``Message/done(_:)`` or ``Message/failed(_:)``.
    case copyText(String)
    /// Send ``Message/tick(_:)`` with the same number after some time.
    case scheduleTick(number: Int, milliseconds: Int)
    /// Write the settings file; answer as for `copyText`.
    case savePreferences(Preferences)
    /// Write the names of the lessons that are done; answered only when it fails.
    case saveProgress([String])
    /// Paint everything anew.
    case repaint
    /// Give the terminal back to the shell until the program is continued.
    case suspend
    /// End the program.
    case quit
  }

  /// A file to write.
  public struct FileTarget: Equatable, Sendable {
    /// Its path as the user typed it.
    public var path: String
    /// Whether a file that is there already may be replaced.
    public var replaces: Bool

    /// Creates a target.
    public init(_ path: String, replaces: Bool = false) {
      self.path = path
      self.replaces = replaces
    }
  }

  /// How to get to a point from a sampler state that was kept.
  ///
  /// Create a sampler from ``state`` and ``settings``; then, for each leg: put its canvas in
  /// (`Sampler.edit`) if it has one, change to its settings (`Sampler.change`) if they differ from
  /// those in force, and do its steps. The sampler then stands at the point. A runtime that still
  /// has a sampler in that place may use it, and saves a forward pass.
  public struct Origin: Equatable, Sendable {
    /// The state kept.
    public var state: SamplerState
    /// The settings in force when it was reached.
    public var settings: SamplerSettings
    /// What happened since.
    public var legs: [Leg]

    /// A part of the way.
    public struct Leg: Equatable, Sendable {
      /// The canvas after a change by hand, `nil` when there was none.
      public var canvas: Canvas?
      /// The settings from here on.
      public var settings: SamplerSettings
      /// The number of steps to do again, 0 or more.
      public var steps: Int
    }
  }

  /// A denoising step to do.
  public struct StepRequest: Equatable, Sendable {
    /// The number the answer carries.
    public var number: Int
    /// The model to use.
    public var model: String
    /// Where the step starts.
    public var origin: Origin
  }

  /// A canvas to ask the predictor about: its top ``Playground/candidateCount`` tokens.
  public struct LookRequest: Equatable, Sendable {
    /// The number the answer carries.
    public var number: Int
    /// The model to use.
    public var model: String
    /// The point to look at; a step from the same origin needs no further forward pass.
    public var origin: Origin
    /// Whether unmasked positions of the answer are wanted too.
    public var coversUnmasked: Bool
    /// Whether what the strategy would do next is wanted: the step, done on a copy.
    public var wantsProposal: Bool
    /// A second strategy that is asked the same.
    public var overlay: AlgorithmSelection?
  }

  /// A finished text, to be judged by a checker that knows the truth.
  public struct JudgeRequest: Equatable, Sendable {
    /// The number the answer carries.
    public var number: Int
    /// The model that wrote it.
    public var model: String
    /// The text, from the first position on, without masks.
    public var tokens: [TokenID]
  }

  /// Text to turn into tokens.
  public struct TokenizeRequest: Equatable, Sendable {
    /// The number the answer carries.
    public var number: Int
    /// The model whose tokenizer to use.
    public var model: String
    /// The text.
    public var text: String
    /// Whether `[MASK]` stands for the mask token.
    public var readsMasks: Bool
    /// Whether it is the text a run begins with: turns of a conversation are then written as the
    /// model's chat template says.
    public var isPrompt = false
  }

  /// Samples of a likelihood to draw.
  public struct ScoreRequest: Equatable, Sendable {
    /// The number the answer carries.
    public var number: Int
    /// The model to use.
    public var model: String
    /// What is scored.
    public var question: LikelihoodQuestion
    /// How.
    public var estimator: AlgorithmSelection
    /// The number of the first sample to draw.
    public var first: Int
    /// The number of samples, 1 or more.
    public var count: Int
    /// The seed of their random numbers.
    public var seed: UInt64
  }
}

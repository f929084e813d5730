public import MaskedDiffusion

extension Playground {
  /// Everything the screen depends on.
  public struct State: Equatable, Sendable {
    /// The size of the screen.
    public package(set) var size: ScreenSize
    /// What may be drawn with.
    public package(set) var symbols: Symbols
    /// How the playground looks and behaves.
    public package(set) var preferences: Preferences
    /// Whether a run goes on by itself; the runtime need not repaint faster than it can.
    public package(set) var isRunning = false

    /// Which key does what.
    package var keymap = Keymap.standard

    /// Every run, and the place in it that is shown.
    package var session: Session
    package var history = EditHistory()
    /// The number of changes that would be lost without saving.
    package var unsavedChanges = 0
    /// The files written since the program began, the latest last: they may be replaced.
    package var writtenFiles: [String] = []
    package var models: [String: Model] = [:]
    package var availableModels: [String] = []
    /// The lessons there are, and the names of those that are done.
    package var lessons: [Lesson] = []
    package var finishedLessons: [String] = []

    /// What is looked at, and how.
    package var view: View
    /// What the keyboard writes into, if not the panels.
    package var mode: Mode?
    /// Work the runtime has not answered yet.
    package var requests = Requests()

    /// Creates the state before anything is known; ``Playground/start(_:size:symbols:preferences:)``
    /// is the usual way.
    package init(size: ScreenSize, symbols: Symbols, preferences: Preferences) {
      self.size = size
      self.symbols = symbols
      self.preferences = preferences
      view = View(
        isFollowing: preferences.followsKept, showsHints: preferences.showsHints)
      session = Session(
        model: "", promptText: "",
        start: Canvas(prompt: [], length: 0, maskToken: -1),
        settings: SamplerSettings(
          steps: 1, strategy: AlgorithmSelection("low-confidence"),
          schedule: AlgorithmSelection("timestep")))
    }
  }

  /// What to begin with.
  public enum Opening: Equatable, Sendable {
    /// A model, a prompt that may hold `[MASK]`, a number of masks and settings; `nil` takes what
    /// the model suggests.
    case model(String, prompt: String?, length: Int?, settings: SamplerSettings?)
    /// A recorded run.
    case trace(Trace, path: String)
  }

  /// The lessons there are when the playground begins.
  public struct LessonList: Sendable {
    /// The lessons, in their order.
    public var lessons: [Lesson]
    /// The names of those that are done.
    public var finished: [String]
    /// The name of the one to open.
    public var first: String?

    /// Creates contents.
    public init(lessons: [Lesson] = [], finished: [String] = [], first: String? = nil) {
      self.lessons = lessons
      self.finished = finished
      self.first = first
    }
  }

  /// Returns the first state, and the effects that fill it.
  public static func start(
    _ opening: Opening, size: ScreenSize, symbols: Symbols = .unicode,
    preferences: Preferences = Preferences(), lessons: LessonList = LessonList()
  ) -> (state: State, effects: [Effect]) {
    var state = State(size: size, symbols: symbols, preferences: preferences)
    state.lessons = lessons.lessons
    state.finishedLessons = lessons.finished
    state.requests.firstLesson = lessons.first
    var effects: [Effect] = []
    switch opening {
    case .model(let name, _, _, _):
      state.requests.opening = opening
      effects.append(.load(model: name))
      state.view.notice = Notice(.progress, "loading \(name)")
    case .trace(let trace, let path):
      effects = update(&state, with: .opened(trace, path: path))
    }
    return (state, effects)
  }

  /// What is looked at, and how: all that is neither a run nor a preference.
  package struct View: Equatable, Sendable {
    /// The panel that has the keyboard.
    package var focus = Panel.canvas
    /// The token the inspector looks at.
    package var cursor = 0
    /// Whether the cursor goes to the token just kept.
    package var isFollowing = true
    /// Where a span of selected positions began.
    package var selectionStart: Int?
    /// The first line of the canvas that is shown.
    package var scroll = 0
    /// The candidate, setting or branch that is chosen in its panel.
    package var chosenCandidate = 0
    package var chosenControl = ControlRow.setting(SettingField("steps"))
    /// The runs shown side by side, 2 to 4; empty when one run is shown.
    package var compared: [BranchID] = []
    /// The clocks of those runs, where they race; ``Race``.
    package var race: Race?
    /// The text looked for in the canvas.
    package var searchText = ""
    /// Whether the user decodes by hand.
    package var handTally: HandTally?
    /// Whether the text stands alone on the screen, for a projector.
    package var isPresenting = false
    /// Whether the map of the run stands in place of the text.
    package var isMapLarge = false
    /// The lesson that is open, and the place in it.
    package var lesson: LessonPlace?
    /// A finished text that is being masked.
    package var noising: Noising?
    /// A finished text whose likelihood is estimated.
    package var likelihood: LikelihoodRun?
    /// The strategy whose choice for the next step is marked too.
    package var overlay: AlgorithmSelection?
    /// The message in the status line.
    package var notice: Notice?
    /// Whether the first hints are still shown.
    package var showsHints: Bool
  }

  /// A line of text for the user.
  package struct Notice: Equatable, Sendable {
    package enum Kind: Sendable { case progress, success, warning, error }

    package var kind: Kind
    package var text: String
    package var hint: String?

    package init(_ kind: Kind, _ text: String, hint: String? = nil) {
      self.kind = kind
      self.text = text
      self.hint = hint
    }
  }

  /// Settings for the step after the one that is being computed.
  package struct QueuedSettings: Equatable, Sendable {
    package var branch: BranchID
    package var settings: SamplerSettings
  }

  /// Work the runtime has not answered yet.
  package struct Requests: Equatable, Sendable {
    /// A request for a point.
    package struct Place: Equatable, Sendable {
      package var number: Int
      package var branch: BranchID
      package var step: Int
      package var coversUnmasked = false
      package var wantsProposal = false
    }

    /// A trace that is being written, and the number of changes that are safe afterwards.
    package struct Save: Equatable, Sendable {
      package var path: String
      package var changes: Int
    }

    /// What the tokens of a text are for.
    package enum Purpose: Equatable, Sendable {
      /// A new run of a model.
      case start(
        model: String, text: String, length: Int, settings: SamplerSettings, besides: BranchID?)
      /// A finished text, to be masked.
      case draft(model: String, text: String, settings: SamplerSettings)
      /// Text put into the canvas, from a position on.
      case typing(branch: BranchID, step: Int, position: Int, inserts: Bool)
      /// Text that is being typed, to show what it will do.
      case preview
    }

    package var step: Place?
    package var look: Place?
    package var tokens: [Int: Purpose] = [:]
    /// Finished texts that are being judged.
    package var verdicts: [Int: Place] = [:]
    /// Samples of a likelihood that are being drawn.
    package var score: Int?
    /// The model that is being examined.
    package var examination: String?
    package var tick: Int?
    /// The step all compared runs are to reach.
    package var goal: Int?
    /// The step that is gone to without a pause between steps, and the branch it belongs to.
    package var ahead: Place?
    /// A trace that is being written.
    package var save: Save?
    /// Settings changed while a step is computed; they take effect after it.
    package var queued: QueuedSettings?
    /// What to begin with once a model is loaded.
    package var opening: Opening?
    /// The run it is to be compared with.
    package var openingBesides: BranchID?
    /// Whether the two race then.
    package var startsRace = false
    /// The run of a lesson that waits for its model.
    package var lessonOpening: Lesson.Opening?
    /// The lesson to open once the first run has begun.
    package var firstLesson: String?
    /// What went wrong before there was anything to see; it is said once there is.
    package var complaints: [String] = []
    package private(set) var issued = 0

    /// Returns a number no request has had.
    package mutating func next() -> Int {
      issued += 1
      return issued
    }
  }
}

extension Playground.State {
  /// How far the run that is shown is, in percent of its planned steps.
  public var progressPercent: Int { min(100, session.shown.head * 100 / max(1, plannedSteps)) }

  /// Whether the playground waits for the model it was started with, and shows nothing yet.
  public var isOpening: Bool {
    guard case .model = requests.opening else { return false }
    return models.isEmpty && session.shown.start.count == 0
  }

  /// The model of the branch that is shown.
  package var model: Model { model(of: session.shown) }

  /// The model of a branch; one without pieces when it is not known.
  package func model(of branch: Branch) -> Model {
    models[branch.model]
      ?? Model(
        info: ModelInfo(
          name: branch.model, family: "", parameterCount: nil, precision: "",
          maskToken: branch.start.maskToken, endOfTextTokens: [], contextLength: 4_096,
          embeddingCount: .max, suggestedSettings: branch.settings,
          suggestedLength: branch.start.answer.count), isLoaded: false)
  }

  /// What is drawn of the branch that is shown.
  package var frame: Frame { Frame(session.shown, at: session.step) }

  /// The positions that are selected: the span, or the cursor alone.
  package var selection: ClosedRange<Int> {
    let start = view.selectionStart ?? view.cursor
    return min(start, view.cursor)...max(start, view.cursor)
  }
}

import MaskedDiffusion
import PlaygroundUI
import _TestSupport

/// A playground whose effects are done at once, by a scripted model and without files.
struct Rig {
  private(set) var state: Playground.State
  private var chatRoles: [String] = []
  private var precisions: [String] = []
  /// Every effect so far.
  private(set) var effects: [Playground.Effect] = []
  /// Whether requests to the model are answered; otherwise they wait in ``unanswered``.
  var answers = true
  /// Requests to the model that were not answered.
  private(set) var unanswered: [Playground.Effect] = []
  /// Ticks that were asked for.
  private(set) var ticks: [Int] = []
  private var queue: [Playground.Effect] = []
  private var isBusy = false
  /// The files there are.
  var files: Set<String> = []
  /// Whether somebody knows what is true of the story model's texts.
  var hasChecker = false
  /// Models that can be loaded.
  var models = ["story-1k", "story-2k"]

  /// Opens the story model.
  init(
    rows: Int = 24, columns: Int = 80, prompt: String = StoryModel.prompt, length: Int = 24,
    settings: SamplerSettings = StoryModel.settings,
    preferences: Preferences = Preferences(
      delayMilliseconds: 120, showsHints: false, followsKept: false),
    symbols: Symbols = .unicode, lessons: [Lesson] = [], hasChecker: Bool = false,
    chatRoles: [String] = [], precisions: [String] = []
  ) {
    self.hasChecker = hasChecker
    (self.chatRoles, self.precisions) = (chatRoles, precisions)
    let (state, effects) = Playground.start(
      .model("story-1k", prompt: prompt, length: length, settings: settings),
      size: ScreenSize(rows: rows, columns: columns), symbols: symbols, preferences: preferences,
      lessons: Playground.LessonList(lessons: lessons))
    self.state = state
    carryOut(effects)
  }

  /// Opens a trace.
  init(trace: Trace, rows: Int = 24, columns: Int = 80) {
    let (state, effects) = Playground.start(
      .trace(trace, path: "run.jsonl"), size: ScreenSize(rows: rows, columns: columns),
      preferences: Preferences(showsHints: false, followsKept: false))
    self.state = state
    models = []
    carryOut(effects)
  }

  /// Sends a message and does what it asks for.
  @discardableResult
  mutating func send(_ message: Playground.Message) -> [Playground.Effect] {
    let new = Playground.update(&state, with: message)
    carryOut(new)
    return new
  }

  /// Presses keys, written as in `:steps 64<enter>`.
  @discardableResult
  mutating func press(_ keys: String) throws -> [Playground.Effect] {
    var all: [Playground.Effect] = []
    for key in try Key.sequence(keys) { all += send(.event(.key(key))) }
    return all
  }

  /// Lets time pass until nothing is waiting for it.
  mutating func wait(limit: Int = 500) {
    var left = limit
    while let tick = ticks.first, left > 0 {
      ticks.removeFirst()
      send(.tick(tick))
      left -= 1
    }
  }

  /// Answers the requests that were not answered.
  mutating func answer() {
    let waiting = unanswered
    unanswered = []
    let before = answers
    answers = true
    carryOut(waiting, isNew: false)
    answers = before
  }

  /// Puts another state in place.
  mutating func replace(_ state: Playground.State) { self.state = state }

  var screen: Screen { Playground.screen(for: state) }
  var text: String { screen.text }

  private mutating func carryOut(_ new: [Playground.Effect], isNew: Bool = true) {
    if isNew { effects += new }
    for effect in new {
      if effect == .cancel { dropWork() }
      queue.append(effect)
    }
    guard !isBusy else { return }
    isBusy = true
    while !queue.isEmpty { carryOut(queue.removeFirst()) }
    isBusy = false
  }

  /// Drops the work for the model that was asked for before it was cancelled.
  private mutating func dropWork() {
    unanswered = []
    queue.removeAll { effect in
      switch effect {
      case .step, .look: true
      default: false
      }
    }
  }

  private mutating func carryOut(_ effect: Playground.Effect) {
    switch effect {
    case .step, .look:
      guard answers else { return unanswered.append(effect) }
      compute(effect)
    case .cancel: break
    case .load(let name):
      guard models.contains(name) else {
        send(.failed(Playground.Failure(text: "models/\(name): not found", hint: "is it there?")))
        return
      }
      var info = StoryModel.info(name: name)
      (info.chatRoles, info.precisions) = (chatRoles, precisions)
      send(.loaded(info))
      send(.pieces(model: name, StoryModel.pieces))
      send(.available(models: models))
    case .tokenize(let request):
      let tokens = StoryModel.tokens(request.text)
      send(.pieces(model: request.model, StoryModel.pieces))
      send(.tokenized(Playground.TokenizeReport(number: request.number, tokens: tokens)))
    case .scheduleTick(let number, _): ticks.append(number)
    case .score, .judge: appraise(effect)
    case .examine(let model):
      send(
        .examined(
          model: model,
          ModelSection(
            "loss", lines: [.init("loss per token, mean over t", "0.31 nats")],
            remarks: [.init(.illness, "guessing costs less", advice: "was it trained at all?")])))
      send(.examined(model: model, nil))
    case .saveTrace(_, let target):
      if files.contains(target.path), !target.replaces {
        send(
          .occupied(
            Playground.OccupiedFile(
              path: target.path, freePath: "free.jsonl", content: .trace)))
      } else {
        files.insert(target.path)
        send(.wrote("\(target.path) is written", path: target.path))
      }
    default: break
    }
  }

  /// Scores with the story model; a text with a fox has a fault at each fox but the first.
  private mutating func appraise(_ effect: Playground.Effect) {
    switch effect {
    case .score(let request):
      do {
        let estimator = try LikelihoodRegistry.estimator(for: request.estimator)
        let samples = try (request.first..<request.first + request.count).map {
          try estimator.sample(
            $0, length: request.question.answer.count,
            random: SeededRandomSource(seed: request.seed))
        }
        let estimate = try LikelihoodEvaluator(predictor: StoryModel.predictor())
          .values(of: [samples], for: [request.question])[0]
        send(.scored(Playground.ScoreReport(number: request.number, estimate: estimate)))
      } catch { send(.failed(Playground.Failure(number: request.number, text: "\(error)"))) }
    case .judge(let request):
      let foxes = request.tokens.indices.filter {
        StoryModel.words[Int(request.tokens[$0])] == " fox"
      }
      let faults = foxes.dropFirst().map {
        TextVerdict.Fault(positions: $0...$0, reason: "another fox at \($0)")
      }
      send(
        .judged(
          Playground.JudgeReport(
            number: request.number, tokens: request.tokens,
            verdict: hasChecker
              ? TextVerdict(isValid: faults.isEmpty, faults: Array(faults)) : nil)))
    default: break
    }
  }

  private mutating func compute(_ effect: Playground.Effect) {
    do {
      switch effect {
      case .step(let request):
        var sampler = try Self.sampler(at: request.origin)
        var step = try sampler.step()
        step?.milliseconds = request.model == "story-2k" ? 30 : 12
        send(
          .stepped(
            Playground.StepReport(
              number: request.number, step: step, state: sampler.state,
              isFinished: sampler.isFinished, visits: (step?.forwards ?? 0) * 33)))
      case .look(let request):
        var sampler = try Self.sampler(at: request.origin)
        let opinions = try sampler.opinions(
          count: Playground.candidateCount, everywhere: request.coversUnmasked)
        let copy = sampler
        let proposal = request.wantsProposal ? try sampler.step() : nil
        let overlay = try request.overlay.flatMap { try Self.step(of: $0, from: copy) }
        send(
          .looked(
            Playground.LookReport(
              number: request.number, opinions: opinions, proposal: proposal, overlay: overlay)))
      default: break
      }
    } catch {
      let number: Int?
      switch effect {
      case .step(let request): number = request.number
      case .look(let request): number = request.number
      default: number = nil
      }
      send(
        .failed(
          Playground.Failure(number: number, text: "\(error)", hint: (error as? SamplerError)?.hint)
        ))
    }
  }

  private static func step(
    of strategy: AlgorithmSelection, from sampler: Sampler
  ) throws -> TraceStep? {
    var copy = sampler
    var settings = sampler.settings
    settings.strategy = strategy
    try copy.change(to: settings)
    return try copy.step()
  }

  /// A sampler at a point, made as ``Playground/Origin`` says.
  static func sampler(at origin: Playground.Origin) throws -> Sampler {
    var sampler = try Sampler(
      predictor: StoryModel.predictor(), state: origin.state, settings: origin.settings)
    for leg in origin.legs {
      if let canvas = leg.canvas { try sampler.edit { $0 = canvas } }
      if leg.settings != sampler.settings { try sampler.change(to: leg.settings) }
      for _ in 0..<leg.steps { _ = try sampler.step() }
    }
    return sampler
  }

  /// The tokens that are shown, as text with `_` for masks.
  var shownText: String {
    state.frame.tokens.map {
      $0 == StoryModel.maskToken ? "_" : StoryModel.words[Int($0)]
    }.joined()
  }
}

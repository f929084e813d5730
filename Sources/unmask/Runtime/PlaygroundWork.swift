package import MaskedDiffusion
package import PlaygroundUI
import Synchronization

/// The work effects ask for: models and files, nothing of the terminal.
package final class PlaygroundWork: Sendable {
  private let shelf: ModelShelf
  private let denoiser = Mutex(Denoiser())
  private let judges = Mutex<[String: FaultFinder]>([:])
  private let names: @Sendable () -> [String]

  /// Creates the work on the models of `shelf`.
  ///
  /// - Parameters:
  ///   - shelf: The models.
  ///   - names: Returns the names of the models there are.
  package init(shelf: ModelShelf, names: @escaping @Sendable () -> [String] = { [] }) {
    self.shelf = shelf
    self.names = names
  }

  /// The models that could be loaded.
  package var available: Playground.Message { .available(models: names()) }

  /// Does the work of `effect` and returns the answers; none when it was cancelled.
  package func messages(
    for effect: Playground.Effect, cancellation: CancellationFlag? = nil
  ) -> [Playground.Message] {
    do {
      return try answers(to: effect, cancellation: cancellation)
    } catch SamplerError.prediction(.cancelled), LikelihoodError.prediction(.cancelled) {
      return []
    } catch {
      let hint = (error as? any ReportedError)?.hint
      return [
        .failed(Playground.Failure(number: effect.number, text: "\(error)", hint: hint))
      ]
    }
  }

  private func answers(
    to effect: Playground.Effect, cancellation: CancellationFlag?
  ) throws -> [Playground.Message] {
    switch effect {
    case .step(let request):
      let predictor = try model(request.model).predictor
      return [
        .stepped(
          try denoiser.withLock { denoiser throws(SamplerError) in
            try denoiser.step(request, predictor: predictor, cancellation: cancellation)
          })
      ]
    case .look(let request):
      let predictor = try model(request.model).predictor
      return [
        .looked(
          try denoiser.withLock { denoiser throws(SamplerError) in
            try denoiser.look(request, predictor: predictor, cancellation: cancellation)
          })
      ]
    case .load(let argument):
      let model = try shelf.load(known(argument))
      return [.loaded(model.info), .pieces(model: model.info.name, model.pieces)]
    case .examine(let model):
      var messages: [Playground.Message] = []
      examine(model, cancellation: cancellation) { messages.append($0) }
      return messages
    case .score(let request): return [.scored(try score(request, cancellation: cancellation))]
    case .judge(let request):
      let verdict = try judge(request.model).verdict(on: request.tokens)
      return [
        .judged(
          Playground.JudgeReport(
            number: request.number, tokens: request.tokens, verdict: verdict))
      ]
    case .tokenize(let request):
      let model = try model(request.model)
      let tokens =
        request.isPrompt
        ? try model.tokens(ofPrompt: request.text)
        : try model.tokens(of: request.text, readsMasks: request.readsMasks)
      return [.tokenized(Playground.TokenizeReport(number: request.number, tokens: tokens))]
    default: return try fileAnswers(to: effect)
    }
  }

  private func fileAnswers(to effect: Playground.Effect) throws -> [Playground.Message] {
    switch effect {
    case .saveTrace(let trace, let target): return [try save(trace, to: target)]
    case .openTrace(let path):
      return [.opened(try TraceStorage.open(WholeFile.expanded(path)), path: path)]
    case .saveProgress(let names):
      try LessonShelf.saveFinished(names)
      return []
    case .savePreferences(let preferences):
      guard let path = PreferencesFile.path else {
        throw FileError("settings.json", "there is no home directory to write it to")
      }
      try PreferencesFile.write(preferences, to: path)
      return [.done("the settings are in \(path)")]
    default: return []
    }
  }

  /// Examines a model, and reports each part as soon as it is there.
  package func examine(
    _ name: String, cancellation: CancellationFlag?,
    report: (Playground.Message) -> Void
  ) {
    if let model = shelf[name]?.examined {
      let examiner = ModelExaminer(model)
      for index in examiner.parts where cancellation?.isRaised != true {
        report(.examined(model: name, examiner.section(index)))
      }
    }
    report(.examined(model: name, nil))
  }

  private func save(
    _ trace: Trace, to target: Playground.FileTarget
  ) throws(FileError) -> Playground.Message {
    let path = WholeFile.expanded(target.path)
    guard target.replaces || WholeFile.kind(of: path) == .nothing else {
      return .occupied(
        Playground.OccupiedFile(
          path: target.path, freePath: WholeFile.freeName(like: target.path), content: .trace))
    }
    try TraceStorage.save(trace, to: path)
    return .wrote("saved as \(target.path)", path: target.path)
  }

  private func score(
    _ request: Playground.ScoreRequest, cancellation: CancellationFlag?
  ) throws -> Playground.ScoreReport {
    let estimator = try LikelihoodRegistry.estimator(for: request.estimator)
    let random = SeededRandomSource(seed: request.seed)
    var samples: [[AnswerMasking]] = []
    for index in request.first..<request.first + max(1, request.count) {
      samples.append(
        try estimator.sample(index, length: request.question.answer.count, random: random))
    }
    var evaluator = LikelihoodEvaluator(predictor: try model(request.model).predictor)
    evaluator.cancellation = cancellation
    let estimates = try evaluator.values(of: [samples], for: [request.question])
    return Playground.ScoreReport(number: request.number, estimate: estimates[0])
  }

  /// The path of a model that is here already, where another precision of it is asked for.
  private func known(_ argument: String) -> String {
    let (name, precision) = ModelInfo.splitName(argument)
    guard let precision, let model = shelf[name] else { return argument }
    return ModelInfo.name(model.path, precision: precision)
  }

  /// Who judges the texts of a model.
  private func judge(_ name: String) throws -> FaultFinder {
    let model = try model(name)
    return judges.withLock { judges in
      let judge =
        judges[name]
        ?? FaultFinder(model.tokenizer, exact: model.predictor as? any ExactModel)
      judges[name] = judge
      return judge
    }
  }

  private func model(_ name: String) throws -> PlayableModel {
    guard let model = shelf[name] else {
      throw UsageError("\(name) is not loaded", hint: "load it with :model NAME")
    }
    return model
  }
}

extension Playground.Effect {
  /// The number the answer carries.
  fileprivate var number: Int? {
    switch self {
    case .step(let request): request.number
    case .look(let request): request.number
    case .tokenize(let request): request.number
    case .judge(let request): request.number
    case .score(let request): request.number
    default: nil
    }
  }
}

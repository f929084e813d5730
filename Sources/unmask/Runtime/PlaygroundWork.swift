package import MaskedDiffusion
package import PlaygroundUI
import Synchronization

/// The work effects ask for: models and files, nothing of the terminal.
package final class PlaygroundWork: Sendable {
  private let shelf: ModelShelf
  private let denoiser = Mutex(Denoiser())
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
    } catch SamplerError.prediction(.cancelled) {
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
      let model = try shelf.load(argument)
      return [.loaded(model.info), .pieces(model: model.info.name, model.pieces)]
    case .tokenize(let request):
      let tokens = try model(request.model).tokens(
        of: request.text, readsMasks: request.readsMasks)
      return [.tokenized(Playground.TokenizeReport(number: request.number, tokens: tokens))]
    default: return try fileAnswers(to: effect)
    }
  }

  private func fileAnswers(to effect: Playground.Effect) throws -> [Playground.Message] {
    switch effect {
    case .saveTrace(let trace, let path):
      try TraceStorage.save(trace, to: WholeFile.expanded(path))
      return [.done("saved as \(path)")]
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

  /// Writes a screen to a file and returns the answer.
  package func export(_ screen: Screen, to path: String) -> Playground.Message {
    do {
      let target = WholeFile.expanded(path)
      guard WholeFile.kind(of: target) == .nothing else {
        throw FileError(path, "exists, expected a new file")
      }
      try WholeFile.write(screen.text + "\n", to: target)
      return .done("the screen is in \(path)")
    } catch { return .failed(Playground.Failure(text: "\(error)")) }
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
    default: nil
    }
  }
}

public import ArgumentParser
import FoundationEssentials
import Models
import MaskedDiffusion
public import PlaygroundUI
import TerminalDriver

/// What the playground opens with, and how it looks.
struct PlaygroundArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A model, as for --model, or a recorded run, as for --trace.", valueName: "model|trace"))
  var opened: String?

  @Option(help: ArgumentHelp("Replay a recorded run; no model is needed.", valueName: "file"))
  var trace: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The text to go on from; [MASK] or [MASK:8] in it are filled in.", valueName: "text"))
  var prompt: String?

  @Option(
    help: ArgumentHelp(
      "The colours: \(Self.themeNames); those of the settings file unless given.",
      valueName: "name"))
  var theme: Preferences.ThemeChoice?

  @Flag(help: "Draw with ASCII alone.")
  var ascii = false

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Sampling") var sampling: SamplerArguments

  private static var themeNames: String {
    Preferences.ThemeChoice.allCases.map(\.rawValue).joined(separator: ", ")
  }

  /// The prompt to begin with: the first words of a story, which every model knows how to go on.
  static let defaultPrompt = "Once upon a time there was a curious fox."
}

extension Preferences.ThemeChoice: ExpressibleByArgument {}
extension TerminalError: ReportedError {}
extension ThreadError: ReportedError {}

/// The playground as the command line asks for it, before there is a screen.
struct PlaygroundPlan {
  /// What to begin with.
  let opening: Playground.Opening
  /// A model to load beside a recorded run, so that it can be gone on with.
  let extraModel: String?
  /// How it looks and behaves.
  let preferences: Preferences
  /// What the user should be told once the screen is there.
  let warnings: [String]
  /// The work effects ask for.
  let work: PlaygroundWork

  /// Makes a plan; whatever can be wrong with the command line is found out here.
  ///
  /// - Throws: ``UsageError``, ``FileError``, ``ModelError``, ``SamplerError``, ``PromptError``.
  init(_ arguments: PlaygroundArguments) throws {
    let choice = try SettingsChoice(arguments.sampling)
    let (trace, model) = try Self.target(of: arguments)
    var modelArguments = arguments.model
    modelArguments.model = model
    if let trace {
      opening = .trace(try TraceStorage.open(trace), path: trace)
      if model != nil { _ = try modelArguments.source() }
      extraModel = model
    } else {
      _ = try modelArguments.source()
      let prompt = arguments.prompt ?? PlaygroundArguments.defaultPrompt
      let hasMasks = try PromptTemplate(parsing: prompt).hasMasks
      opening = .model(
        model ?? ModelArguments.defaultModel, prompt: prompt,
        length: arguments.sampling.length ?? (hasMasks ? 0 : nil), settings: nil)
      extraModel = nil
    }
    (preferences, warnings) = Self.preferences(theme: arguments.theme)
    let loader = modelArguments.playableModelLoader(choice, length: arguments.sampling.length)
    work = PlaygroundWork(shelf: ModelShelf(loader: loader)) {
      ModelSearchPath.standard.models().compactMap { listing in
        if case .success = listing.model { listing.name } else { nil }
      }
    }
  }

  /// Sorts out which argument names a recorded run and which a model.
  private static func target(
    of arguments: PlaygroundArguments
  ) throws(UsageError) -> (trace: String?, model: String?) {
    let trace = arguments.trace.map(WholeFile.expanded)
    let model = arguments.model.model
    guard let opened = arguments.opened else { return (trace, model) }
    if opened.hasSuffix(".jsonl") || TraceStorage.isTrace(opened) {
      guard trace == nil else {
        throw UsageError("there are two traces, '\(opened)' and --trace, expected one")
      }
      return (opened, model)
    }
    guard model == nil else {
      throw UsageError("there are two models, '\(opened)' and --model, expected one")
    }
    return (trace, opened)
  }

  /// Reads the settings file; one that cannot be used is told of and otherwise ignored.
  private static func preferences(
    theme: Preferences.ThemeChoice?
  ) -> (preferences: Preferences, warnings: [String]) {
    var preferences: Preferences?
    var warnings: [String] = []
    if let path = PreferencesFile.path {
      do {
        preferences = try PreferencesFile.read(path)
      } catch {
        warnings.append(error.description)
      }
    }
    var result = preferences ?? Preferences()
    if preferences == nil, TerminalTraits.theme.name == Theme.light.name { result.theme = .light }
    if let theme { result.theme = theme }
    return (result, warnings)
  }

  /// Returns the first state and effects on a screen.
  func start(
    size: ScreenSize, symbols: Symbols
  ) -> (state: Playground.State, effects: [Playground.Effect]) {
    var start = Playground.start(opening, size: size, symbols: symbols, preferences: preferences)
    if let extraModel { start.effects.append(.load(model: extraModel)) }
    for warning in warnings {
      start.effects += Playground.update(
        &start.state, with: .failed(Playground.Failure(text: warning)))
    }
    return start
  }
}

extension ModelArguments {
  /// The number of answer positions where neither the user nor the model says.
  private static let defaultLength = 128

  /// Returns what loads a model for the playground.
  ///
  /// - Parameters:
  ///   - choice: The settings the user typed, which go over those of every model.
  ///   - length: The answer positions the user typed.
  /// - Returns: The loader.
  fileprivate func playableModelLoader(
    _ choice: SettingsChoice, length: Int?
  ) -> ModelShelf.Loader {
    { argument in
      var arguments = self
      arguments.model = argument
      let model = try arguments.load(try arguments.source(), needsText: false)
      // The prompt needs some room too.
      let room = max(1, model.predictor.contextLength * 3 / 4)
      let length = length ?? min(model.defaults.length ?? Self.defaultLength, room)
      let settings = try choice.resolved(for: model, length: length, endOfText: .stop).settings
      let info = ModelInfo(
        name: model.identity.name, family: model.identity.family,
        parameterCount: model.source.parameterCount, precision: model.identity.precision,
        configurationChecksum: model.identity.configurationChecksum,
        maskToken: model.predictor.maskToken,
        endOfTextTokens: model.predictor.endOfTextTokens,
        contextLength: model.predictor.contextLength,
        embeddingCount: model.predictor.embeddingCount, suggestedSettings: settings,
        suggestedLength: length)
      return PlayableModel(
        info: info, predictor: model.predictor, tokenizer: model.tokenizer,
        path: model.source.path)
    }
  }
}

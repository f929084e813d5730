public import ArgumentParser
import ChatTemplates
import FoundationEssentials
import Models
import MaskedDiffusion
public import PlaygroundUI
import TerminalDriver
import Tokenizers

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
      "The text to go on from, the model's first example unless given; [MASK] or [MASK:8] in it are filled "
        + "in, \\[MASK] is text.",
      valueName: "text"))
  var prompt: String?

  @Flag(help: "Take the prompt as it is written: nothing in it is a hole or a special token.")
  var literal = false

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

  /// What a model without examples begins with: the first words of a story.
  static let defaultPrompt = "It was the birthday of Lily."
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
  /// Whether nobody has said whether the background is dark or light.
  let isThemeOpen: Bool
  /// The keys.
  let keymap: Keymap
  /// The user's own looks, by the name of the theme they stand in for.
  let themes: [String: Theme]
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
      let source = try modelArguments.source()
      let prompt = try Self.prompt(of: arguments, source)
      let hasMasks = try prompt.map { try PromptTemplate(parsing: $0).hasMasks } ?? false
      opening = .model(
        model ?? ModelArguments.defaultModel, prompt: prompt,
        length: arguments.sampling.length ?? (hasMasks ? 0 : nil), settings: nil)
      extraModel = nil
    }
    let (preferences, isThemeOpen, warnings) = Self.preferences(theme: arguments.theme)
    let (keymap, keyWarnings) = KeymapFile.keymap()
    let (themes, themeWarnings) = ThemeFile.themes()
    self.preferences = preferences
    self.isThemeOpen = isThemeOpen
    self.keymap = keymap
    self.themes = themes
    self.warnings = warnings + keyWarnings + themeWarnings
    let loader = modelArguments.playableModelLoader(choice, length: arguments.sampling.length)
    work = PlaygroundWork(shelf: ModelShelf(loader: loader)) {
      ModelSearchPath.standard.models().compactMap { listing in
        if case .success = listing.model { listing.name } else { nil }
      }
    }
  }

  /// The prompt as the playground reads it, escaped where it is meant literally; `nil` leaves it to the model.
  private static func prompt(
    of arguments: PlaygroundArguments, _ source: ModelSource
  ) throws(TokenizerError) -> String? {
    guard let prompt = arguments.prompt else { return nil }
    guard arguments.literal else { return prompt }
    guard case .directory(let directory) = source else {
      return PromptTemplate.escaped(prompt, for: nil)
    }
    do throws(TokenizerError) {
      let tokenizer =
        if let name = arguments.model.tokenizer {
          try TokenizerFile.load(TokenizerFile.place(named: name))
        } else {
          try directory.tokenizer()
        }
      return PromptTemplate.escaped(prompt, for: tokenizer)
    } catch {
      // Without a tokenizer there are no special tokens.
      guard case .notFound = error else { throw error }
      return PromptTemplate.escaped(prompt, for: nil)
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
  ) -> (preferences: Preferences, isThemeOpen: Bool, warnings: [String]) {
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
    let isOpen = preferences == nil && theme == nil && TerminalTraits.variable("COLORFGBG") == nil
    return (result, isOpen, warnings)
  }

  /// Returns the first state and effects on a screen.
  func start(
    size: ScreenSize, symbols: Symbols,
    lessons: Playground.LessonList = Playground.LessonList()
  ) -> (state: Playground.State, effects: [Playground.Effect]) {
    var start = Playground.start(
      opening, size: size, symbols: symbols, preferences: preferences, lessons: lessons)
    start.state.keymap = keymap
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
      let (name, precision) = Self.splitName(argument)
      arguments.model = name
      if let precision { arguments.precision = precision }
      let model = try arguments.load(try arguments.source(), needsText: false)
      // The prompt needs some room too.
      let room = max(1, model.predictor.contextLength * 3 / 4)
      let length = length ?? min(model.defaults.length ?? Self.defaultLength, room)
      let settings = try choice.resolved(for: model, length: length, endOfText: .stop).settings
      // What was said holds whatever is usual.
      let said = try choice.resolved(for: model, length: length, endOfText: .keep).settings
      let chat = Self.chat(of: model)
      let examples = ModelExamples.examples(in: model.source.folder)
      let prompt = examples.first?.prompt ?? PlaygroundArguments.defaultPrompt
      let info = ModelInfo(
        name: precision.map { ModelInfo.name(model.identity.name, precision: $0.rawValue) }
          ?? model.identity.name, family: model.identity.family,
        parameterCount: model.source.parameterCount, precision: model.identity.precision,
        configurationChecksum: model.identity.configurationChecksum,
        maskToken: model.predictor.maskToken,
        endOfTextTokens: model.predictor.endOfTextTokens,
        contextLength: model.predictor.contextLength,
        embeddingCount: model.predictor.embeddingCount, suggestedSettings: settings,
        suggestedLength: length, examples: examples,
        suggestedPrompt: model.tokenizer == nil ? "" : prompt, precisions: model.precisions,
        isBidirectional: model.predictor.attention == .full,
        chatRoles: chat == nil || model.tokenizer == nil ? [] : Conversation.roles,
        about: model.about, remarks: model.remarks,
        trainedBlockLength: model.trainedBlockLength,
        endOfTextIsChosen: said.endOfText == settings.endOfText)
      let path = ModelShelf.absolute(model.source.path)
      var playable = PlayableModel(
        info: info, predictor: model.predictor, tokenizer: model.tokenizer,
        path: precision.map { ModelInfo.name(path, precision: $0.rawValue) } ?? path, chat: chat)
      playable.examined = model
      return playable
    }
  }

  /// The chat template of a model; one that cannot be read is told of when it is needed.
  private static func chat(of model: Model) -> Result<ChatFormat, TemplateError>? {
    guard case .directory(let directory) = model.source else { return nil }
    do throws(TemplateError) {
      return try ModelChatFormat(of: directory).format.map { .success($0) }
    } catch { return .failure(error) }
  }

  /// Splits a name such as `closed-world-3m (q8)`.
  private static func splitName(
    _ argument: String
  ) -> (name: String, precision: ModelOptions.Precision?) {
    let (name, suffix) = ModelInfo.splitName(argument)
    guard let precision = suffix.flatMap({ ModelOptions.Precision(rawValue: $0) }) else {
      return (argument, nil)
    }
    return (name, precision)
  }
}

extension Model {
  /// The precisions it can be computed in; none for a formula.
  fileprivate var precisions: [String] {
    guard case .directory = source else { return [] }
    return ModelOptions.Precision.allCases.filter { $0 != .auto }.map(\.rawValue)
  }
}

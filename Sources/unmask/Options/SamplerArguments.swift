public import ArgumentParser
import Models
public import MaskedDiffusion

/// How the text is written.
struct SamplerArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A published combination of the settings below; 'unmask strategies' lists them.",
      valueName: "name"))
  var preset: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The answer positions; by default what suits the model.", valueName: "n"))
  var length: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("The denoising steps.", valueName: "n"))
  var steps: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The positions denoised together, left to right.", valueName: "n"))
  var blockLength: Int?

  @Option(
    help: ArgumentHelp(
      "The remasking strategy: which positions change.", valueName: "name[:parameter=value,...]"))
  var strategy: String?

  @Option(
    help: ArgumentHelp(
      "The transfer schedule: how many change in a step.", valueName: "name[:parameter=value,...]"))
  var schedule: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The temperature tokens are drawn with; 0 takes the best.", valueName: "t"))
  var temperature: Double?

  @Option(
    name: .customLong("top-k"), parsing: .unconditional,
    help: ArgumentHelp("Draw from the k most probable tokens.", valueName: "k"))
  var topK: Int?

  @Option(
    name: .customLong("top-p"), parsing: .unconditional,
    help: ArgumentHelp("Draw from the tokens that make up this probability.", valueName: "p"))
  var topP: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The scale of classifier-free guidance; 0 is off and costs half.", valueName: "w"))
  var guidance: Float?

  @Option(
    help: ArgumentHelp(
      "Keys and values kept between steps, inexactly: none, prefix, dual, delayed[:refresh=steps].",
      valueName: "policy"),
    transform: CachePolicy.init(parsing:))
  var cache: CachePolicy?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seed of the random numbers; 0 unless given.", valueName: "n"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      """
      What the end-of-text token means. Unless given: stop for a text, forbid where text follows the \
      answer, keep for --prompt-ids.
      """,
      valueName: "policy"))
  var endOfText: EndOfTextPolicy?

  @Option(help: ArgumentHelp("The distribution a strategy ranks by.", valueName: "source"))
  var confidence: ConfidenceSource?

  @Option(help: ArgumentHelp("How tokens are drawn above temperature 0.", valueName: "way"))
  var draw: TokenDraw?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Record the n best candidates of each position in the trace.", valueName: "n"))
  var candidates: Int?
}

extension EndOfTextPolicy: ExpressibleByArgument {}
extension ConfidenceSource: ExpressibleByArgument {}
extension TokenDraw: ExpressibleByArgument {}

/// The settings a run is made from: those typed, over those of the model, over those of the preset.
struct SettingsChoice {
  private let arguments: SamplerArguments
  private let strategy: AlgorithmSelection?
  private let schedule: AlgorithmSelection?

  /// Reads what was typed, and checks what can be checked without a model.
  ///
  /// - Throws: ``SamplerError``.
  init(_ arguments: SamplerArguments) throws(SamplerError) {
    self.arguments = arguments
    strategy = try Self.selection(arguments.strategy)
    schedule = try Self.selection(arguments.schedule)
    let preset = try PresetRegistry.preset(named: arguments.preset ?? PresetRegistry.all[0].name)
    try apply(to: preset.settings(forLength: 1)).check()
    if let length = arguments.length, length < 0 {
      throw .settingOutOfRange(name: "length", found: "\(length)", expected: "0 or more")
    }
  }

  private static func selection(_ text: String?) throws(SamplerError) -> AlgorithmSelection? {
    guard let text else { return nil }
    return try AlgorithmSelection(parsing: text)
  }

  /// The settings of one run.
  struct Resolved {
    var preset: String
    var settings: SamplerSettings
  }

  /// Returns the settings for an answer of `length` positions of `model`.
  ///
  /// - Parameters:
  ///   - model: The model; its own settings count only with its own preset.
  ///   - length: The number of positions to be written.
  ///   - endOfText: What the end-of-text token means unless the user or the model says.
  /// - Returns: The settings.
  /// - Throws: ``SamplerError``, ``FileError`` when the model's own settings make no sense.
  func resolved(
    for model: Model, length: Int, endOfText: EndOfTextPolicy
  ) throws -> Resolved {
    let own = model.defaults.preset ?? model.defaultPreset
    let name = arguments.preset ?? own
    let preset: Preset
    if arguments.preset == nil {
      preset = try model.blaming { () throws(SamplerError) in
        try PresetRegistry.preset(named: name)
      }
    } else {
      preset = try PresetRegistry.preset(named: name)
    }
    var settings = preset.settings(forLength: length)
    settings.endOfText = endOfText
    if name == own {
      try model.blaming { () throws(SamplerError) in
        try model.defaults.apply(to: &settings)
        try settings.check()
      }
    }
    return Resolved(preset: preset.name, settings: apply(to: settings))
  }

  /// `settings` with what was typed.
  private func apply(to settings: SamplerSettings) -> SamplerSettings {
    var settings = settings
    if let strategy { settings.strategy = strategy }
    if let schedule { settings.schedule = schedule }
    if let steps = arguments.steps { settings.steps = steps }
    if let blockLength = arguments.blockLength { settings.blockLength = blockLength }
    if let temperature = arguments.temperature { settings.temperature = temperature }
    if let topK = arguments.topK { settings.topK = topK }
    if let topP = arguments.topP { settings.topP = topP }
    if let guidance = arguments.guidance { settings.guidanceScale = guidance }
    if let cache = arguments.cache { settings.cache = cache }
    if let seed = arguments.seed { settings.seed = seed }
    if let endOfText = arguments.endOfText { settings.endOfText = endOfText }
    if let confidence = arguments.confidence { settings.confidenceSource = confidence }
    if let draw = arguments.draw { settings.draw = draw }
    if let candidates = arguments.candidates { settings.recordedCandidates = candidates }
    return settings
  }
}

extension GenerationDefaults {
  /// Changes `settings` to those that suit the model.
  ///
  /// - Throws: ``SamplerError`` when one of them cannot be read.
  fileprivate func apply(to settings: inout SamplerSettings) throws(SamplerError) {
    if let strategy { settings.strategy = try AlgorithmSelection(parsing: strategy) }
    if let schedule { settings.schedule = try AlgorithmSelection(parsing: schedule) }
    if let steps { settings.steps = steps }
    if let blockLength { settings.blockLength = blockLength }
    if let temperature { settings.temperature = temperature }
    if let topK { settings.topK = topK }
    if let topP { settings.topP = topP }
    if let guidance { settings.guidanceScale = Float(guidance) }
    if let endOfText {
      guard let policy = EndOfTextPolicy(rawValue: endOfText) else {
        throw .settingOutOfRange(
          name: "end_of_text", found: "'\(endOfText)'", expected: "stop, forbid or keep")
      }
      settings.endOfText = policy
    }
  }
}

import ArgumentParser
import MaskedDiffusion
import Models

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

  @OptionGroup var settings: SettingArguments
}

/// The settings a run is made from: those typed, over those of the model, over those of the preset.
struct SettingsChoice {
  /// A setting and what was typed for it.
  typealias TypedValue = (row: SettingDescriptor<SamplerSettings>, value: SettingValue)

  private let preset: String?
  /// What was typed, once it is known which token a text is.
  private let typed: @Sendable (TokenNaming) throws(SamplerError) -> [TypedValue]

  /// Reads what was typed, and checks what can be checked without a model.
  ///
  /// - Throws: ``SamplerError``.
  init(_ arguments: SamplerArguments) throws(SamplerError) {
    let settings = arguments.settings
    try self.init(preset: arguments.preset, length: arguments.length) {
      naming throws(SamplerError) in try settings.values(naming: naming)
    }
  }

  /// Checks what was typed elsewhere.
  ///
  /// - Throws: ``SamplerError``.
  init(preset: String?, length: Int?, typed: [TypedValue]) throws(SamplerError) {
    try self.init(preset: preset, length: length) { _ throws(SamplerError) in typed }
  }

  private init(
    preset: String?, length: Int?,
    typed: @escaping @Sendable (TokenNaming) throws(SamplerError) -> [TypedValue]
  ) throws(SamplerError) {
    self.preset = preset
    self.typed = typed
    let preset = try PresetRegistry.preset(named: preset ?? PresetRegistry.all[0].name)
    _ = try applied(to: preset.settings(forLength: 1)) { _ throws(SamplerError) in 0 }
    if let length, length < 0 {
      throw .settingOutOfRange(name: "length", found: "\(length)", expected: "0 or more")
    }
  }

  /// The settings of one run.
  struct Resolved {
    var preset: String
    var settings: SamplerSettings
    /// Whether the steps are those the model suggests for the length it suggests.
    var stepsAreSuggested = false
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
    let name = self.preset ?? own
    let preset: Preset
    if self.preset == nil {
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
      }
    }
    let naming: TokenNaming = { text throws(SamplerError) in try model.token(of: text) }
    let typesSteps = try typed(naming).contains { $0.row.name == "steps" }
    return Resolved(
      preset: preset.name, settings: try applied(to: settings, naming: naming),
      stepsAreSuggested: name == own && model.defaults.values["steps"] != nil && !typesSteps)
  }

  /// Returns `settings` with what was typed.
  private func applied(
    to settings: SamplerSettings, naming: TokenNaming
  ) throws(SamplerError) -> SamplerSettings {
    var settings = settings
    for (row, value) in try typed(naming) { try row.put(value, into: &settings) }
    return settings
  }
}

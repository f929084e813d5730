/// The settings that suit a model, from its `generation_config.json`; `nil` where it says nothing.
///
/// The values are those of the sampler and checked there.
public struct GenerationDefaults: Equatable, Sendable {
  /// The name of a sampler preset.
  public var preset: String?
  /// The number of answer positions.
  public var length: Int?
  /// The number of denoising steps.
  public var steps: Int?
  /// The number of positions of a block.
  public var blockLength: Int?
  /// The temperature of candidate drawing.
  public var temperature: Double?
  /// The scale of classifier-free guidance, 0 = off.
  public var guidance: Double?
  /// A remasking strategy, with parameters.
  public var strategy: String?
  /// A transfer schedule, with parameters.
  public var schedule: String?
  /// What happens after the first end token: `stop`, `forbid` or `keep`.
  public var endOfText: String?
  /// How many of the most probable tokens may be drawn.
  public var topK: Int?
  /// The probability mass of the tokens that may be drawn.
  public var topP: Double?

  /// Creates defaults that say nothing.
  public init() {}
}

extension GenerationDefaults {
  /// Reads a `generation_config.json`.
  ///
  /// Files written by Transformers use three of the keys (`temperature`, `top_k`, `top_p`) for
  /// left-to-right generation, whose values suit no mask predictor; they are left out unless the
  /// file names a preset.
  ///
  /// - Throws: ``ModelError/invalidValue(path:key:found:expected:)``.
  package init(_ file: ConfigurationFile) throws(ModelError) {
    preset = try file.text("preset")
    length = try file.size("length")
    steps = try file.size("steps")
    blockLength = try file.size("block_length")
    guidance = try file.number("guidance")
    strategy = try file.text("strategy")
    schedule = try file.text("schedule")
    endOfText = try file.text("end_of_text")
    guard preset != nil || !file.has("transformers_version") else { return }
    temperature = try file.number("temperature")
    topK = try file.size("top_k")
    topP = try file.number("top_p")
  }
}

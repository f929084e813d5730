public import MaskedDiffusion

/// The settings that suit a model, from its `generation_config.json`; nothing where it says nothing.
///
/// Whether a value is in range is checked where it is used.
public struct GenerationDefaults: Equatable, Sendable {
  /// The name of a sampler preset.
  public var preset: String?
  /// The number of answer positions.
  public var length: Int?
  /// The values of the settings that the file names, by the name of their row.
  public var values: [String: SettingValue] = [:]

  /// Creates defaults that say nothing.
  public init() {}

  /// Changes `settings` to those that suit the model.
  ///
  /// - Throws: ``SamplerError`` when a value is not one its setting takes.
  public func apply(to settings: inout SamplerSettings) throws(SamplerError) {
    for row in SettingRegistry.all {
      if let value = values[row.name] { try row.put(value, into: &settings) }
    }
  }
}

extension GenerationDefaults {
  /// The keys that files written by Transformers use for left-to-right generation.
  private static let leftToRightKeys: Set = ["temperature", "top_k", "top_p"]

  /// Reads a `generation_config.json`.
  ///
  /// Files written by Transformers use three of the keys for left-to-right generation, whose values
  /// suit no mask predictor; they are left out unless the file names a preset.
  ///
  /// - Throws: ``ModelError/invalidValue(path:key:found:expected:)``.
  package init(_ file: ConfigurationFile) throws(ModelError) {
    preset = try file.text("preset")
    length = try file.size("length")
    let isForeign = preset == nil && file.has("transformers_version")
    for row in SettingRegistry.all where file.has(row.key) {
      if isForeign, Self.leftToRightKeys.contains(row.key) { continue }
      values[row.name] = try file.value(of: row)
    }
  }
}

extension ConfigurationFile {
  /// Returns the value of a setting, or `nil` when it is missing or `null`.
  package func value(
    of row: SettingDescriptor<SamplerSettings>
  ) throws(ModelError) -> SettingValue? {
    switch row.kind {
    case .integer(let range) where range.lowerBound > 0:
      return try size(row.key).map { .integer($0) }
    case .integer: return try wholeNumber(row.key).map { .integer($0) }
    case .seed: return try wholeNumber(row.key).map { .seed(UInt64($0)) }
    case .number: return try number(row.key).map { .number($0) }
    case .flag: return try flag(row.key).map { .flag($0) }
    case .choice: return try text(row.key).map { .word($0) }
    case .algorithm:
      guard let text = try text(row.key) else { return nil }
      do throws(SamplerError) {
        return .algorithm(try AlgorithmSelection(parsing: text))
      } catch {
        throw .invalidValue(
          path: path, key: row.key, found: "'\(text)'", expected: "NAME[:parameter=value,…]")
      }
    }
  }
}

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
  private static let leftToRightKeys: Set = [
    "temperature", "top_k", "top_p", "repetition_penalty", "suppress_tokens",
  ]

  /// Reads a `generation_config.json`.
  ///
  /// Files written by Transformers use some of the keys for left-to-right generation, whose values
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
    case .choice, .order: return try text(row.key).map { .word($0) }
    case .tokens: return try tokens(row.key).map { .tokens($0) }
    case .biases: return try biases(row.key).map { .biases($0) }
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

extension ConfigurationFile {
  /// Returns the tokens of the list called `key`, or `nil` when it is missing, `null` or empty.
  private func tokens(_ key: String) throws(ModelError) -> [TokenID]? {
    guard let numbers = try wholeNumbers(key), !numbers.isEmpty else { return nil }
    let tokens = numbers.compactMap { TokenID(exactly: $0) }
    guard tokens.count == numbers.count else {
      throw .invalidValue(
        path: path, key: name(of: key), found: "a number that is no token", expected: "tokens")
    }
    return tokens
  }

  /// Returns the amounts of the object called `key`, whose members are tokens by number, or `nil` when
  /// it is missing, `null` or empty.
  private func biases(_ key: String) throws(ModelError) -> [TokenBias]? {
    guard let members = try section(key) else { return nil }
    let biases = members.all.compactMap { name, value in
      TokenID(name).flatMap { token in value.double.map { TokenBias(token, $0) } }
    }
    guard biases.count == members.all.count else {
      throw .invalidValue(
        path: path, key: name(of: key), found: "a member that is no token with a number",
        expected: "an object such as {\"5\": 1.5}")
    }
    return biases.isEmpty ? nil : biases.sorted { $0.token < $1.token }
  }
}

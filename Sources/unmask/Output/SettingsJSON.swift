import MaskedDiffusion

/// Settings in JSON, under the keys that files and traces use.
extension JSON {
  /// Creates an object with one member a row of the table.
  ///
  /// What is off is `null`. Strategy, schedule and cache policy are written as options take them; the
  /// parameters in force, defaults included, stand in `parameters`.
  ///
  /// - Parameters:
  ///   - settings: The settings.
  ///   - preset: The preset they were made from.
  ///   - length: The number of masks appended to the prompt.
  /// - Returns: The object.
  static func settings(_ settings: SamplerSettings, preset: String?, length: Int) -> JSON {
    var members = [
      Member(name: "preset", value: .optional(preset) { .string($0) }),
      Member(name: "length", value: .integer(length)),
    ]
    var parameters: [Member] = []
    for row in SettingRegistry.all {
      let value = row.value(in: settings)
      members.append(Member(name: row.key, value: JSON(value)))
      guard case .algorithm = value else { continue }
      let rows = SettingRegistry.rows(of: settings).filter { $0.parent == row.name }
      parameters.append(
        Member(
          name: row.key,
          value: .object(rows.map { Member(name: $0.name, value: JSON($0.value(in: settings))) })))
    }
    members.append(Member(name: "parameters", value: .object(parameters)))
    return .object(members)
  }

  /// Creates the JSON of a setting's value.
  init(_ value: SettingValue) {
    self =
      switch value {
      case .off: .null
      case .integer(let number): .integer(number)
      case .seed(let seed): .unsigned(seed)
      case .number(let number): .number(number)
      case .word(let word): .string(word)
      case .flag(let isOn): .boolean(isOn)
      case .algorithm(let selection): .string(selection.description)
      case .tokens(let tokens): .integers(tokens)
      case .biases(let biases):
        .object(biases.map { Member(name: "\($0.token)", value: .number($0.amount)) })
      }
  }
}

import ArgumentParser
import MaskedDiffusion

/// One option a row of ``SettingRegistry/all``.
///
/// The parser learns what options there are by reflection, which is given here as if each row were a
/// property: a setting that is added to the table is an option as well.
struct SettingArguments: ParsableArguments, CustomReflectable {
  /// What was typed, by the name of the row.
  private var texts: [String: TypedSetting] = [:]

  init() {}

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: SettingKey.self)
    for row in SettingRegistry.all {
      let option = try container.decode(Option<TypedSetting?>.self, forKey: SettingKey(row.name))
      texts[row.name] = option.wrappedValue
    }
  }

  var customMirror: Mirror {
    Mirror(
      self,
      children: SettingRegistry.all.map { row in (label: row.name, value: Self.option(for: row)) })
  }

  private static func option(
    for row: SettingDescriptor<SamplerSettings>
  ) -> Option<TypedSetting?> {
    Option(
      name: .customLong(row.name), parsing: .unconditional,
      help: ArgumentHelp("\(row.help)", valueName: row.valueName),
      completion: .list(row.kind.options.map(\.name)),
      transform: { text in try TypedSetting(text, for: row) })
  }

  /// The values that were typed, in the order of the table.
  ///
  /// - Parameter naming: Says which token a text is.
  /// - Returns: Rows and values.
  /// - Throws: ``SamplerError`` when one of them cannot be read.
  func values(naming: TokenNaming) throws(SamplerError) -> [(
    row: SettingDescriptor<SamplerSettings>, value: SettingValue
  )] {
    var values: [(row: SettingDescriptor<SamplerSettings>, value: SettingValue)] = []
    for row in SettingRegistry.all {
      guard let text = texts[row.name]?.text else { continue }
      values.append((row: row, value: try row.value(parsing: text, naming: naming)))
    }
    return values
  }
}

/// The text of an option for a setting.
private struct TypedSetting: Decodable, Sendable {
  let text: String

  /// Reads the value of `row`; what is wrong with an algorithm is said later, with its hint.
  ///
  /// - Throws: ``SamplerError``, which the parser puts behind the name of the option.
  init(_ text: String, for row: SettingDescriptor<SamplerSettings>) throws {
    self.text = text
    switch row.kind {
    // What a text is, the model says; it may be no token at all.
    case .tokens, .biases: _ = try row.value(parsing: text) { _ throws(SamplerError) in 0 }
    case .algorithm: return
    case .integer, .number, .seed, .choice, .flag, .order: _ = try row.value(parsing: text)
    }
  }

  /// The parser hands over a value that it has made before.
  init(from decoder: any Decoder) throws {
    self = try decoder.singleValueContainer().decode(TypedSetting.self)
  }
}

/// The name of a row as a key.
struct SettingKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }
}

extension SettingDescriptor {
  /// The help of the option: what the setting does, the words it can be, and what else is to be said.
  fileprivate var help: String {
    var parts = [summary]
    switch kind {
    case .choice(let options):
      parts.append(options.map { "\($0.name): \($0.summary)" }.joined(separator: "; ") + ".")
    case .algorithm(let known):
      parts.append("One of \(known.map(\.name).joined(separator: ", ")).")
    case .integer, .number, .seed, .flag, .tokens, .biases, .order: break
    }
    if !remark.isEmpty { parts.append(remark) }
    return parts.joined(separator: " ")
  }
}

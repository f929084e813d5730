import ArgumentParser
import MaskedDiffusion

/// One option a row of ``SettingRegistry/all``, each with a list of values: the axes of a sweep.
struct SettingListArguments: ParsableArguments, CustomReflectable {
  /// What was typed, by the name of the row.
  private var texts: [String: String] = [:]

  init() {}

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: SettingKey.self)
    for row in SettingRegistry.all {
      let option = try container.decode(Option<String?>.self, forKey: SettingKey(row.name))
      texts[row.name] = option.wrappedValue
    }
  }

  var customMirror: Mirror {
    Mirror(
      self,
      children: SettingRegistry.all.map { row in (label: row.name, value: Self.option(for: row)) })
  }

  private static func option(for row: SettingDescriptor<SamplerSettings>) -> Option<String?> {
    Option(
      name: .customLong(row.name), parsing: .unconditional,
      help: ArgumentHelp("\(row.summary)", valueName: row.valueName + ",..."))
  }

  /// The values of each row that was typed, in the order of the table.
  ///
  /// - Throws: ``SamplerError`` when one of them cannot be read.
  func axes() throws(SamplerError) -> [SettingAxis] {
    var axes: [SettingAxis] = []
    for row in SettingRegistry.all {
      guard let text = texts[row.name] else { continue }
      var values: [SettingValue] = []
      for part in Self.parts(of: text, kind: row.kind) {
        values.append(try row.value(parsing: part))
      }
      axes.append(SettingAxis(row: row, values: values))
    }
    return axes
  }

  /// The values in a list; a comma inside the parameters of an algorithm separates no values, and a
  /// list of tokens is one value.
  static func parts(of text: String, kind: SettingKind) -> [String] {
    switch kind {
    case .tokens, .biases: return [text]
    case .integer, .number, .seed, .choice, .flag, .algorithm, .order: break
    }
    var parts: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let name = part.prefix { $0 != ":" }
      if name.contains("="), !parts.isEmpty {
        parts[parts.count - 1] += "," + part
      } else {
        parts.append(String(part))
      }
    }
    return parts
  }
}

/// A setting and the values it takes one after the other.
struct SettingAxis {
  let row: SettingDescriptor<SamplerSettings>
  var values: [SettingValue]
}

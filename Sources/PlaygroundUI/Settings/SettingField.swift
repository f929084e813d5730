package import MaskedDiffusion

/// A row of the table of settings, by name: it stays the same while values, and with them the rows
/// that exist, change.
package struct SettingField: Hashable, Sendable {
  /// The setting it is a parameter of, such as `strategy`; `nil` for a setting of the run.
  package let parent: String?
  /// The name.
  package let name: String

  /// Names a setting, or a parameter of one.
  package init(_ name: String, of parent: String? = nil) {
    self.name = name
    self.parent = parent
  }

  /// The fields that exist under `settings`, in the order the panel shows them.
  package static func fields(of settings: SamplerSettings) -> [SettingField] {
    SettingRegistry.rows(of: settings).filter(\.changesOneRun).map {
      SettingField($0.name, of: $0.parent)
    }
  }

  /// The names of all fields there can be, under any strategy and schedule, and what else they are
  /// called.
  package static var allNames: Set<String> {
    let parameters =
      RemaskingRegistry.all.flatMap { $0.descriptor.parameters.map(\.name) }
      + TransferScheduleRegistry.all.flatMap { $0.descriptor.parameters.map(\.name) }
    let standard = SamplerSettings(
      steps: 1, strategy: AlgorithmSelection("low-confidence"),
      schedule: AlgorithmSelection("timestep"))
    let rows = SettingRegistry.rows(of: standard)
    return Set(parameters + rows.map(\.name) + rows.compactMap(\.alias))
  }

  /// The field that the user calls `name`: its name, or an alias; `nil` when there is none.
  package static func field(named name: String, in settings: SamplerSettings) -> SettingField? {
    SettingRegistry.rows(of: settings)
      .first { $0.name == name || $0.alias == name || $0.qualifiedName == name }
      .map { SettingField($0.name, of: $0.parent) }
  }

  /// The row; `nil` when there is no such parameter under `settings`.
  package func row(in settings: SamplerSettings) -> SettingDescriptor<SamplerSettings>? {
    SettingRegistry.rows(of: settings).first { $0.name == name && $0.parent == parent }
  }

  /// The name in the panel and in the palette.
  package var label: String { name }

  /// One line that says what the setting does.
  package func summary(in settings: SamplerSettings) -> String {
    row(in: settings)?.summary ?? ""
  }

  /// The values the setting can take, in words.
  package func range(in settings: SamplerSettings) -> String { row(in: settings)?.range ?? "" }

  /// The words the setting can take, empty when it is a number.
  package func options(in settings: SamplerSettings) -> [SettingOption] {
    row(in: settings)?.kind.options ?? []
  }

  /// The value in force, in words; an algorithm is named without its parameters, which are rows.
  package func text(in settings: SamplerSettings) -> String {
    let text = plainText(in: settings)
    return parent == nil && Self.switchedOff[name] == text ? "off" : text
  }

  /// The value in force as it is typed elsewhere: `0` or `none` where a setting is off.
  package func plainText(in settings: SamplerSettings) -> String {
    guard let value = row(in: settings)?.value(in: settings) else { return "–" }
    if case .algorithm(let selection) = value { return selection.name }
    return value.description
  }

  /// The values that switch a setting off, which read `off` as those of the others do.
  private static let switchedOff = [
    "guidance": "0", "cache": "none", "repetition": "1", "adjacent": "0",
  ]

  /// Where the value lies on its slider, in 0...1.
  package func share(in settings: SamplerSettings) -> Double? {
    row(in: settings)?.share(in: settings)
  }

  /// Whether the value differs from the one in `suggested`, or for a parameter from its default.
  package func isChanged(_ settings: SamplerSettings, from suggested: SamplerSettings) -> Bool {
    guard let row = row(in: settings) else { return false }
    return row.value(in: row.reset(settings, to: suggested)) != row.value(in: settings)
  }
}

/// Why a typed value is refused.
package struct SettingError: Error, Equatable {
  /// One sentence: what was found and what was expected.
  package var description: String
  /// What to do about it, where that is known.
  package var hint: String?

  fileprivate init(_ error: SamplerError) {
    description = error.description
    hint = error.hint
  }
}

/// Changes, by typing and by moving a slider.
extension SettingField {
  /// Returns the settings with this one as it was typed.
  ///
  /// - Parameters:
  ///   - settings: The settings.
  ///   - text: The text.
  ///   - pieces: The tokens that can be named by what they read as.
  /// - Returns: The settings after the change.
  /// - Throws: ``SettingError`` when the text is not a value the setting can take.
  package func changed(
    _ settings: SamplerSettings, to text: String, pieces: [TokenID: TokenPiece] = [:]
  ) throws(SettingError) -> SamplerSettings {
    guard let row = row(in: settings) else { return settings }
    let text = text == "off" && parent == nil ? Self.switchedOff[name] ?? text : text
    do throws(SamplerError) {
      let value = try row.value(parsing: text) { text throws(SamplerError) in
        let bytes = Array(text.utf8)
        let found = pieces.filter { $0.value.bytes == bytes }.keys.min()
        guard let found else { throw .unknownToken(text: text, tokens: nil) }
        return found
      }
      if case .algorithm(let typed) = value, typed.parameters.isEmpty,
        case .algorithm(let old) = row.value(in: settings), old.name == typed.name
      {
        // The same name again keeps its parameters.
        return settings
      }
      var changed = settings
      try row.put(value, into: &changed)
      return changed
    } catch { throw SettingError(error) }
  }

  /// Returns the settings with this one moved by `count` moves, or to the next word; `nil` when it
  /// is at its end already.
  ///
  /// - Parameters:
  ///   - settings: The settings.
  ///   - count: The number of moves; negative towards less.
  ///   - answerLength: The positions to be written, beyond which a longer block changes nothing.
  /// - Returns: The settings after the move.
  package func moved(
    _ settings: SamplerSettings, by count: Int, answerLength: Int = .max
  ) -> SamplerSettings? {
    guard let row = row(in: settings) else { return nil }
    let limit = name == "block-length" ? answerLength : .max
    return row.moved(in: settings, by: count, limit: limit).flatMap { put($0, settings) }
  }

  /// Returns the settings with the slider at a place, 0 at its lower end and 1 at its upper; `nil`
  /// where there is no slider.
  package func placed(_ settings: SamplerSettings, atShare share: Double) -> SamplerSettings? {
    row(in: settings)?.value(atShare: share).flatMap { put($0, settings) }
  }

  private func put(_ value: SettingValue, _ settings: SamplerSettings) -> SamplerSettings? {
    var changed = settings
    guard let row = row(in: settings) else { return nil }
    do throws(SamplerError) { try row.put(value, into: &changed) } catch { return nil }
    return changed
  }

  /// Returns the settings with the default in place of this one's value.
  package func reset(_ settings: SamplerSettings, to suggested: SamplerSettings) -> SamplerSettings
  {
    row(in: settings)?.reset(settings, to: suggested) ?? settings
  }
}

package import MaskedDiffusion

/// Why a typed value is refused.
package struct SettingError: Error, Equatable {
  /// One sentence: what was found and what was expected.
  package var description: String
  /// What to do about it, where that is known.
  package var hint: String?
}

/// Changes, by typing and by moving a slider.
extension SettingField {
  /// The range a slider covers and the length of one move; `nil` when there is no slider.
  package func slider(in settings: SamplerSettings) -> (range: ClosedRange<Double>, move: Double)? {
    switch self {
    case .steps: (1...256, 1)
    case .guidance: (0...4, 0.1)
    case .temperature: (0...2, 0.05)
    case .topP: (0.05...1, 0.05)
    case .strategyParameter, .scheduleParameter:
      if case .number(let range, let standard)? = descriptor(in: settings)?.kind {
        Self.slider(for: range, around: standard)
      } else {
        nil
      }
    default: nil
    }
  }

  /// The slider of a parameter: its range, or the part of it in which moves make sense.
  ///
  /// Some ranges go far beyond the default; what is beyond the slider can be typed.
  private static func slider(
    for range: ClosedRange<Double>, around standard: Double
  ) -> (range: ClosedRange<Double>, move: Double) {
    let near = range.lowerBound + 4 * (standard > 0 ? standard : 0.25)
    // Values that need many digits are for typing.
    let isNarrow = range.upperBound > 10 * near && near >= 0.02
    let shown = isNarrow ? range.lowerBound...near : range
    return (shown, move(for: shown))
  }

  /// A round number about a twentieth of the range.
  private static func move(for range: ClosedRange<Double>) -> Double {
    var move = 1e-6
    while move * 20 < range.upperBound - range.lowerBound, move < 1e6 { move *= 10 }
    return move / 2
  }

  /// The value as a number, where it is one.
  package func number(in settings: SamplerSettings) -> Double? {
    switch self {
    case .steps: Double(settings.steps)
    case .guidance: Double(settings.guidanceScale)
    case .temperature: settings.temperature
    case .topP: settings.topP ?? 1
    case .strategyParameter, .scheduleParameter: Double(text(in: settings))
    default: nil
    }
  }

  /// Where the value lies on its slider, in 0...1.
  package func share(in settings: SamplerSettings) -> Double? {
    guard let slider = slider(in: settings), let number = number(in: settings) else { return nil }
    let length = slider.range.upperBound - slider.range.lowerBound
    return length > 0 ? min(max((number - slider.range.lowerBound) / length, 0), 1) : 0
  }

  /// Returns the settings with this one moved by `count` moves, or to the next word.
  package func moved(_ settings: SamplerSettings, by count: Int) -> SamplerSettings {
    let text: String
    let options = options(in: settings)
    if !options.isEmpty {
      // What is behind the word, such as a refresh interval, is not one of the options.
      let word = self.text(in: settings).prefix { $0 != ":" }
      let index = options.firstIndex(of: String(word)) ?? 0
      let length = options.count
      text = options[((index + count) % length + length) % length]
    } else if let slider = slider(in: settings), let number = number(in: settings) {
      let moved = ((number / slider.move).rounded() + Double(count)) * slider.move
      text = Numbers.short(
        min(max(moved, slider.range.lowerBound), max(slider.range.upperBound, number)))
    } else {
      text = movedInteger(settings, by: count)
    }
    return (try? changed(settings, to: text)) ?? settings
  }

  private func movedInteger(_ settings: SamplerSettings, by count: Int) -> String {
    switch self {
    case .seed: "\(count < 0 ? settings.seed &- 1 : settings.seed &+ 1)"
    case .blockLength:
      Self.moved(settings.blockLength, among: [1, 2, 4, 8, 16, 32, 64, 128], by: count)
    case .topK: Self.moved(settings.topK, among: [1, 2, 5, 10, 20, 50, 100, 200], by: count)
    default: text(in: settings)
    }
  }

  /// The next of `stops` in the direction of `count`; beyond the last is off.
  private static func moved(_ value: Int?, among stops: [Int], by count: Int) -> String {
    let next = count > 0 ? stops.first { $0 > value ?? .max } : stops.last { $0 < value ?? .max }
    return next.map { "\($0)" } ?? (count > 0 ? "off" : "\(stops[0])")
  }

  /// Returns the settings with the default in place of this one's value.
  package func reset(_ settings: SamplerSettings, to suggested: SamplerSettings) -> SamplerSettings
  {
    var settings = settings
    switch self {
    case .strategyParameter(let name): settings.strategy.parameters[name] = nil
    case .scheduleParameter(let name): settings.schedule.parameters[name] = nil
    case .strategy: settings.strategy = suggested.strategy
    case .schedule: settings.schedule = suggested.schedule
    default:
      return (try? changed(settings, to: text(in: suggested))) ?? settings
    }
    return settings
  }

  /// Returns the settings with this one as it was typed.
  ///
  /// - Throws: ``SettingError`` when the text is not a value the setting can take.
  package func changed(
    _ settings: SamplerSettings, to text: String
  ) throws(SettingError) -> SamplerSettings {
    var changed = settings
    switch self {
    case .strategy: changed.strategy = try selection(text, keeping: settings.strategy)
    case .schedule: changed.schedule = try selection(text, keeping: settings.schedule)
    case .strategyParameter(let name):
      changed.strategy.parameters[name] = ParameterValue(parsing: text)
    case .scheduleParameter(let name):
      changed.schedule.parameters[name] = ParameterValue(parsing: text)
    case .steps: changed.steps = try value(text, "a whole number")
    case .blockLength: changed.blockLength = try optional(text, "a whole number or off")
    case .cache: changed.cache = try policy(text)
    case .guidance: changed.guidanceScale = try value(text, "a number")
    case .temperature: changed.temperature = try value(text, "a number")
    case .topK: changed.topK = try optional(text, "a whole number or off")
    case .topP: changed.topP = try optional(text, "a number or off")
    case .seed: changed.seed = try value(text, "a whole number, 0 or more")
    case .endOfText: changed.endOfText = try word(text)
    case .draw: changed.draw = try word(text)
    case .confidence: changed.confidenceSource = try word(text)
    case .forbidsMask:
      guard ["yes", "no"].contains(text) else { throw refusal(text, "yes or no") }
      changed.forbidsMaskToken = text == "yes"
    }
    do { try changed.check() } catch {
      throw SettingError(description: error.description, hint: error.hint)
    }
    return changed
  }

  /// A name alone keeps nothing of another algorithm; the same name keeps its parameters.
  private func selection(
    _ text: String, keeping old: AlgorithmSelection
  ) throws(SettingError) -> AlgorithmSelection {
    do {
      let selection = try AlgorithmSelection(parsing: text)
      return selection.name == old.name && selection.parameters.isEmpty ? old : selection
    } catch { throw SettingError(description: error.description, hint: error.hint) }
  }

  private func policy(_ text: String) throws(SettingError) -> CachePolicy {
    do { return try CachePolicy(parsing: text) } catch {
      throw SettingError(description: error.description, hint: error.hint)
    }
  }

  private func value<Value: LosslessStringConvertible>(
    _ text: String, _ expected: String
  ) throws(SettingError) -> Value {
    guard let value = Value(text) else { throw refusal(text, expected) }
    return value
  }

  private func optional<Value: LosslessStringConvertible>(
    _ text: String, _ expected: String
  ) throws(SettingError) -> Value? {
    if text == "off" { return nil }
    return try value(text, expected) as Value
  }

  private func word<Value: RawRepresentable & CaseIterable>(
    _ text: String
  ) throws(SettingError) -> Value where Value.RawValue == String {
    guard let value = Value(rawValue: text) else {
      throw refusal(text, Value.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return value
  }

  private func refusal(_ text: String, _ expected: String) -> SettingError {
    SettingError(description: "\(label) is '\(text)', expected \(expected)")
  }
}

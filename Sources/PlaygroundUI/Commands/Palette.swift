package import MaskedDiffusion

/// The command palette: every action and every setting by name.
package enum Palette {
  /// A line that what was typed could become.
  package struct Completion: Equatable, Sendable {
    /// The whole line.
    package var line: String
    /// The name or word that completes it.
    package var name: String
    /// What it does.
    package var summary: String
    /// The keys that do the same; empty where there are none.
    package var key = ""
  }

  /// A command that takes an argument.
  package struct Command: Sendable {
    package var name: String
    package var argument: String
    package var summary: String
    /// The words the argument may be, in a state.
    package var options: @Sendable (Playground.State) -> [SettingOption]
    /// Does it; the argument has no blanks at its ends.
    package var run:
      @Sendable (_ argument: String, inout Playground.State, inout [Playground.Effect]) -> Void
  }

  /// Runs a line: a command, a setting or an action.
  package static func run(
    _ line: String, in state: inout Playground.State, _ effects: inout [Playground.Effect]
  ) {
    let parts = line.trimmedBlanks().split(separator: " ", maxSplits: 1)
    guard let first = parts.first else { return }
    let name = String(first)
    let argument = parts.count > 1 ? String(parts[1]).trimmedBlanks() : ""
    if let command = commands.first(where: {
      $0.name == name && !(argument.isEmpty && Action(rawValue: name) != nil)
    }) {
      guard !argument.isEmpty || command.argument.hasPrefix("[") else {
        return state.say(.warning, "\(name) needs \(command.argument)", hint: command.summary)
      }
      command.run(argument, &state, &effects)
    } else if let field = field(name, in: state) {
      guard !argument.isEmpty else {
        return state.say(
          .success, "\(name) is \(field.text(in: state.visibleSettings))",
          hint: field.summary(in: state.visibleSettings))
      }
      state.change(field, to: argument, &effects)
    } else if let action = Action(rawValue: name), argument.isEmpty {
      state.perform(action, &effects)
    } else {
      let near = nearestName(to: name, in: names(in: state))
      state.say(
        .error, "there is no command called '\(name)'",
        hint: near.map { "did you mean '\($0)'?" } ?? "tab lists them")
    }
  }

  /// The setting called `name` now.
  static func field(_ name: String, in state: Playground.State) -> SettingField? {
    SettingField.field(named: name, in: state.visibleSettings)
  }

  private static func names(in state: Playground.State) -> [String] {
    commands.map(\.name) + SettingField.fields(of: state.visibleSettings).map(\.label)
      + actions.map(\.rawValue)
  }

  /// The actions that make sense by name.
  package static let actions = Action.allCases.filter { $0.row.hasName }

  /// What a line that is being typed will do; `nil` when its first word says nothing.
  package static func summary(of line: String, in state: Playground.State) -> String? {
    guard let name = line.split(separator: " ").first.map(String.init) else { return nil }
    if let command = commands.first(where: { $0.name == name }) {
      return "\(command.name) \(command.argument): \(command.summary)"
    }
    return field(name, in: state).map { field in
      "\(field.label) is \(field.text(in: state.visibleSettings)): "
        + field.summary(in: state.visibleSettings)
    }
  }

  /// Returns what the text before the place could become, best first: names that begin with it,
  /// names that hold it, and what does something described by it.
  package static func completions(of text: String, in state: Playground.State) -> [Completion] {
    let trimmed = text.drop { $0 == " " }
    guard let blank = trimmed.firstIndex(of: " ") else {
      let entries = entries(in: state)
      guard !trimmed.isEmpty else { return entries }
      let word = trimmed.lowercased()
      let ranks = entries.map { entry -> Int? in
        if entry.name.hasPrefix(word) { return 0 }
        if entry.name.contains(word) { return 1 }
        return entry.summary.lowercased().contains(word) ? 2 : nil
      }
      return (0...2).flatMap { rank in
        zip(entries, ranks).filter { $0.1 == rank }.map(\.0)
      }
    }
    let name = String(trimmed[..<blank])
    let argument = String(trimmed[trimmed.index(after: blank)...])
    let words = options(of: name, argument: argument, in: state)
    if name == "example" {
      return words.filter { argument.isEmpty || $0.name.contains(argument) }
        .map { Completion(line: "\(name) \($0.name)", name: $0.name, summary: $0.summary) }
    }
    // The last word is completed; what stands before it stays.
    let start = argument.lastIndex(of: " ").map { argument.index(after: $0) } ?? argument.startIndex
    let (before, last) = (argument[..<start], argument[start...])
    return words.filter { $0.name.hasPrefix(last) }.map {
      Completion(line: "\(name) \(before)\($0.name)", name: $0.name, summary: $0.summary)
    }
  }

  private static func options(
    of name: String, argument: String, in state: Playground.State
  ) -> [SettingOption] {
    if name == "versus", let blank = argument.firstIndex(of: " ") {
      let inner = String(argument[..<blank])
      if inner == "model" { return [SettingOption].plain(state.availableModels) }
      if inner == "precision" { return [SettingOption].plain(state.model.info.precisions) }
      return field(inner, in: state)?.options(in: state.visibleSettings) ?? []
    }
    if let command = commands.first(where: { $0.name == name }) { return command.options(state) }
    return field(name, in: state)?.options(in: state.visibleSettings) ?? []
  }

  /// The strategies, with their sentences.
  static var strategies: [SettingOption] {
    RemaskingRegistry.all.map { SettingOption($0.descriptor.name, $0.descriptor.summary) }
  }

  private static func entries(in state: Playground.State) -> [Completion] {
    let settings = state.visibleSettings
    return commands.map {
      Completion(
        line: $0.name + " ", name: $0.name, summary: "\($0.argument)  \($0.summary)",
        key: Action(rawValue: $0.name).map { state.keymap.keyText(for: $0) } ?? "")
    }
      + SettingField.fields(of: settings).map {
        Completion(
          line: $0.label + " ", name: $0.label,
          summary: "\($0.text(in: settings))  \($0.summary(in: settings))")
      }
      + actions.filter { action in !commands.contains { $0.name == action.rawValue } }.map {
        Completion(
          line: $0.rawValue, name: $0.rawValue, summary: $0.summary,
          key: state.keymap.keyText(for: $0))
      }
  }
}

extension [SettingOption] {
  /// Options that say all by their names.
  static func plain(_ names: [String]) -> [SettingOption] { names.map { SettingOption($0, "") } }
}

extension StringProtocol {
  /// The text without blanks at its ends.
  func trimmedBlanks() -> String {
    var text = Substring(self)
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

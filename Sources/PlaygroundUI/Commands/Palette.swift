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
  package static let actions = Action.allCases.filter { action in
    ![
      .palette, .cancel, .accept, .chooseUp, .chooseDown, .increase, .decrease, .reset, .open,
      .save, .export,
    ].contains(action)
  }

  /// Returns what the text before the place could become, best first.
  package static func completions(of text: String, in state: Playground.State) -> [Completion] {
    let trimmed = text.drop { $0 == " " }
    guard let blank = trimmed.firstIndex(of: " ") else {
      return entries(in: state).filter { $0.name.hasPrefix(trimmed) }
        + entries(in: state).filter {
          !$0.name.hasPrefix(trimmed) && !trimmed.isEmpty && $0.name.contains(trimmed)
        }
    }
    let name = String(trimmed[..<blank])
    let argument = String(trimmed[trimmed.index(after: blank)...])
    let words = options(of: name, argument: argument, in: state)
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
      return field(inner, in: state)?.options(in: state.visibleSettings) ?? []
    }
    if let command = commands.first(where: { $0.name == name }) { return command.options(state) }
    return field(name, in: state)?.options(in: state.visibleSettings) ?? []
  }

  private static func entries(in state: Playground.State) -> [Completion] {
    let settings = state.visibleSettings
    return commands.map {
      Completion(
        line: $0.name + " ", name: $0.name, summary: "\($0.argument)  \($0.summary)")
    }
      + SettingField.fields(of: settings).map {
        Completion(
          line: $0.label + " ", name: $0.label,
          summary: "\($0.text(in: settings))  \($0.summary(in: settings))")
      }
      + actions.filter { action in !commands.contains { $0.name == action.rawValue } }.map {
        Completion(line: $0.rawValue, name: $0.rawValue, summary: $0.summary)
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

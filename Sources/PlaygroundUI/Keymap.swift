/// Which key does what: the playground, its help and the key table of the README read this.
public struct Keymap: Equatable, Sendable {
  /// A group of keys under a heading.
  public struct Section: Equatable, Sendable {
    /// The heading.
    public let group: Action.Group
    /// The keys, in the order help shows them.
    public let bindings: [Binding]

    /// The heading in words.
    public var title: String { group.rawValue }
  }

  /// Keys that do the same.
  public struct Binding: Equatable, Sendable {
    /// The keys.
    public let keys: [Key]
    /// What they do.
    public let action: Action

    /// The keys as help shows them.
    public var keyText: String { keys.map(Keymap.name(of:)).joined(separator: " ") }
  }

  /// Every key, in the order help shows them.
  public let sections: [Section]

  /// The keys of the table of actions.
  public static let standard = Keymap()

  /// Creates a keymap.
  ///
  /// - Parameter changes: The keys of actions that have others than in the table.
  public init(changes: [Action: [Key]] = [:]) {
    sections = Action.Group.allCases.map { group in
      Section(
        group: group,
        bindings: Action.allCases.compactMap { action in
          let row = action.row
          guard row.group == group else { return nil }
          let keys = changes[action] ?? row.keys
          return keys.isEmpty ? nil : Binding(keys: keys, action: action)
        })
    }
  }

  /// Returns what `key` does when `panel` has the keyboard.
  ///
  /// The keys of a panel come before those that count everywhere. Enter takes the chosen candidate
  /// in the canvas too; digits are not actions: they scrub.
  package func action(for key: Key, in panel: Playground.Panel) -> Action? {
    let own = sections.filter { $0.group.panels?.contains(panel) == true }
    if let action = Self.action(for: key, in: own) { return action }
    if [.canvas, .map, .likelihood].contains(panel), key == .enter { return .accept }
    return Self.action(for: key, in: sections.filter { $0.group.panels == nil })
  }

  private static func action(for key: Key, in sections: [Section]) -> Action? {
    for section in sections {
      if let binding = section.bindings.first(where: { $0.keys.contains(key) }) {
        return binding.action
      }
    }
    return nil
  }

  /// The keys of an action as help shows them; empty when it has none.
  package func keyText(for action: Action) -> String {
    for section in sections {
      for binding in section.bindings where binding.action == action { return binding.keyText }
    }
    return ""
  }

  /// The first key of an action, for hints; empty when it has none.
  package func key(for action: Action) -> String {
    firstKey(for: action).map(Self.name(of:)) ?? ""
  }

  /// The first key of an action; `nil` when it has none.
  package func firstKey(for action: Action) -> Key? {
    for section in sections {
      for binding in section.bindings where binding.action == action { return binding.keys.first }
    }
    return nil
  }

  /// The first two actions that one key would stand for in the same place; `nil` when there are
  /// none.
  package var clash: (key: Key, first: Action, second: Action)? {
    for panel in Playground.Panel.allCases {
      for isOwn in [true, false] {
        var seen: [Key: Action] = [:]
        for section in sections
        where isOwn ? section.group.panels?.contains(panel) == true : section.group.panels == nil {
          for binding in section.bindings {
            for key in binding.keys {
              if let other = seen[key] { return (key, other, binding.action) }
              seen[key] = binding.action
            }
          }
        }
      }
    }
    return nil
  }

  /// The name of a key as help shows it; arrows are drawn.
  public static func name(of key: Key) -> String {
    switch key {
    case .left: "←"
    case .right: "→"
    case .up: "↑"
    case .down: "↓"
    default: key.description
    }
  }

  /// What keys do that are not in ``sections``, for help.
  public static let others: [(keys: String, summary: String)] = [
    ("0 … 9", "to that tenth of the run"),
    ("mouse", "click tokens, panels and hints; drag the timeline and sliders; scroll"),
  ]

  /// The key table of the README, in Markdown.
  public var markdownTable: String {
    var lines = ["| Key | What it does |", "|---|---|"]
    for section in sections {
      lines.append("| **\(section.title)** | |")
      for binding in section.bindings {
        let keys = binding.keys.map { "`\(Self.name(of: $0))`" }.joined(separator: " ")
        lines.append("| \(keys) | \(binding.action.summary) |")
      }
    }
    for other in Self.others { lines.append("| \(other.keys) | \(other.summary) |") }
    return lines.joined(separator: "\n") + "\n"
  }
}

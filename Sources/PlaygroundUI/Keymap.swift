/// Which key does what: the playground, its help and the key table of the README read this.
public enum Keymap {
  /// A group of keys under a heading.
  public struct Section: Sendable {
    /// The heading.
    public let title: String
    /// The panels in which the keys count; `nil` for all.
    package let panels: Set<Playground.Panel>?
    /// The keys, in the order help shows them.
    public let bindings: [Binding]

    init(
      _ title: String, panels: Set<Playground.Panel>? = nil, _ bindings: [Binding]
    ) {
      self.title = title
      self.panels = panels
      self.bindings = bindings
    }
  }

  /// Keys that do the same.
  public struct Binding: Sendable {
    /// The keys.
    public let keys: [Key]
    /// What they do.
    public let action: Action

    init(_ action: Action, _ keys: Key...) {
      self.action = action
      self.keys = keys
    }

    /// The keys as help shows them.
    public var keyText: String { keys.map(Keymap.name(of:)).joined(separator: " ") }
  }

  /// Every key, panel by panel; those of a panel come before those that count everywhere.
  public static let sections: [Section] = [
    Section(
      "Run",
      [
        Binding(.run, .space),
        Binding(.forward, .right),
        Binding(.back, .left),
        Binding(.first, .home),
        Binding(.last, .end),
        Binding(.pageBack, .pageUp),
        Binding(.pageForward, .pageDown),
        Binding(.restart, .character("r")),
        Binding(.newSeed, .character("R")),
        Binding(.faster, .character("+"), .character("=")),
        Binding(.slower, .character("-")),
      ]),
    Section(
      "Cursor",
      [
        Binding(.tokenLeft, .character(","), .shift(.left)),
        Binding(.tokenRight, .character("."), .shift(.right)),
        Binding(.lineUp, .up),
        Binding(.lineDown, .down),
        Binding(.nextMask, .character("]")),
        Binding(.previousMask, .character("[")),
        Binding(.select, .character("v")),
        Binding(.search, .character("/")),
        Binding(.nextMatch, .character("n")),
        Binding(.previousMatch, .character("N")),
      ]),
    Section(
      "Change",
      [
        Binding(.branch, .character("b")),
        Binding(.type, .character("e")),
        Binding(.editPrompt, .character("p")),
        Binding(.mask, .character("m")),
        Binding(.lock, .character("l")),
        Binding(.grow, .character(">")),
        Binding(.shrink, .character("<")),
        Binding(.undo, .character("u")),
        Binding(.redo, .character("U"), .control("r")),
        Binding(.hand, .character("d")),
        Binding(.typedIsPrompt, .character("P")),
      ]),
    Section(
      "View",
      [
        Binding(.ghosts, .character("g")),
        Binding(.colours, .character("c")),
        Binding(.grid, .character("G")),
        Binding(.compare, .character("C")),
        Binding(.nextBranch, .character("}"), .character(")")),
        Binding(.previousBranch, .character("{"), .character("(")),
        Binding(.theme, .character("t")),
        Binding(.nextPanel, .tab),
        Binding(.previousPanel, .shiftTab),
      ]),
    Section(
      "In a panel", panels: [.inspector, .settings, .branches],
      [
        Binding(.chooseUp, .up),
        Binding(.chooseDown, .down),
        Binding(.accept, .enter),
      ]),
    Section(
      "In the settings", panels: [.settings],
      [
        Binding(.decrease, .left),
        Binding(.increase, .right),
        Binding(.reset, .backspace, .delete),
      ]),
    Section(
      "In the branches", panels: [.branches],
      [Binding(.delete, .character("x"), .delete)]),
    Section(
      "Program",
      [
        Binding(.palette, .character(":")),
        Binding(.open, .character("o")),
        Binding(.save, .character("s")),
        Binding(.export, .character("E")),
        Binding(.copy, .character("y")),
        Binding(.help, .character("?"), .function(1)),
        Binding(.cancel, .escape),
        Binding(.redraw, .control("l")),
        Binding(.suspend, .control("z")),
        Binding(.quit, .character("q"), .control("c")),
      ]),
  ]

  /// Returns what `key` does when `panel` has the keyboard.
  ///
  /// Enter takes the chosen candidate in the canvas too; digits are not actions: they scrub.
  package static func action(for key: Key, in panel: Playground.Panel) -> Action? {
    let (own, everywhere) = (
      sections.filter { $0.panels != nil }, sections.filter { $0.panels == nil }
    )
    for section in own where section.panels?.contains(panel) == true {
      if let binding = section.bindings.first(where: { $0.keys.contains(key) }) {
        return binding.action
      }
    }
    if panel == .canvas, key == .enter { return .accept }
    for section in everywhere {
      if let binding = section.bindings.first(where: { $0.keys.contains(key) }) {
        return binding.action
      }
    }
    return nil
  }

  /// The first key of an action, for hints; empty when it has none.
  package static func key(for action: Action) -> String {
    for section in sections {
      for binding in section.bindings where binding.action == action {
        if let key = binding.keys.first { return name(of: key) }
      }
    }
    return ""
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
    ("mouse", "click tokens, drag the timeline, scroll"),
  ]

  /// The key table of the README, in Markdown.
  public static var markdownTable: String {
    var lines = ["| Key | What it does |", "|---|---|"]
    for section in sections {
      lines.append("| **\(section.title)** | |")
      for binding in section.bindings {
        let keys = binding.keys.map { "`\(name(of: $0))`" }.joined(separator: " ")
        lines.append("| \(keys) | \(binding.action.summary) |")
      }
    }
    for other in others { lines.append("| \(other.keys) | \(other.summary) |") }
    return lines.joined(separator: "\n") + "\n"
  }
}

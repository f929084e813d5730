extension Key: CustomStringConvertible {
  /// The name of the key in help and key tables: `q`, `space`, `ctrl-c`, `shift-tab`, `f1`.
  public var description: String {
    switch self {
    case .character(" "): "space"
    case .character(let character): String(character)
    case .control(let character): "ctrl-" + (character == " " ? "space" : String(character))
    case .alt(let character): "alt-" + (character == " " ? "space" : String(character))
    case .special(let key, let modifiers): modifiers.prefix + key.name
    }
  }

  /// The key as ``sequence(_:)`` reads it: a character, or a name in angle brackets.
  public var notation: String {
    switch self {
    case .character("<"): "<lt>"
    case .character(let character) where character != " ": String(character)
    default: "<\(description)>"
    }
  }

  /// Returns the keys that a text stands for.
  ///
  /// Every character is a key of its own; names stand in angle brackets, as in
  /// `:steps 64<enter><ctrl-left><f1>`. `<lt>` is `<`.
  ///
  /// - Throws: ``KeyNotationError`` when a name is not known or a bracket is not closed.
  public static func sequence(_ text: String) throws(KeyNotationError) -> [Key] {
    var keys: [Key] = []
    var rest = Substring(text)
    while let character = rest.popFirst() {
      guard character == "<" else {
        keys.append(typed(character))
        continue
      }
      guard let end = rest.firstIndex(of: ">") else { throw .unclosedName(String(rest)) }
      let name = String(rest[..<end])
      guard let key = Key(name: name) else { throw .unknownName(name) }
      keys.append(key)
      rest = rest[end...].dropFirst()
    }
    return keys
  }

  /// Creates the key with a name such as `q`, `space`, `ctrl-c`, `alt-enter` or `f12`.
  ///
  /// Returns `nil` when no key has that name. Names of special keys may be in any case.
  public init?(name: String) {
    var modifiers: KeyModifiers = []
    var rest = Substring(name)
    while rest.count > 1, let modifier = KeyModifiers.named.first(where: { rest.hasPrefix($0.0) }) {
      modifiers.insert(modifier.1)
      rest = rest.dropFirst(modifier.0.count)
    }
    if let key = SpecialKey(name: rest.lowercased()) {
      self = .special(key, modifiers)
      return
    }
    let named: Character? = rest == "space" ? " " : rest == "lt" ? "<" : nil
    guard let character = named ?? (rest.count == 1 ? rest.first : nil) else { return nil }
    switch modifiers {
    case []: self = Self.typed(character)
    case .alt: self = .alt(character)
    case .control where character.isASCII: self = .control(Character(character.lowercased()))
    default: return nil
    }
  }

  /// The key that types a character.
  private static func typed(_ character: Character) -> Key {
    switch character {
    case "\n", "\r", "\r\n": .enter
    case "\t": .tab
    default: .character(character)
    }
  }
}

/// Why a text does not stand for keys.
public enum KeyNotationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A `<` without `>`; the text after it.
  case unclosedName(String)
  /// A name no key has.
  case unknownName(String)

  /// The cause in one sentence.
  public var description: String {
    switch self {
    case .unclosedName(let name): "'<\(name)' has no '>'; a '<' itself is written <lt>"
    case .unknownName(let name):
      "no key is called '\(name)', expected a name such as enter, ctrl-c, alt-b, left or f1"
    }
  }
}

extension KeyModifiers {
  fileprivate static let named: [(String, KeyModifiers)] = [
    ("ctrl-", .control), ("alt-", .alt), ("shift-", .shift),
  ]

  fileprivate var prefix: String {
    Self.named.reduce("") { $0 + (contains($1.1) ? $1.0 : "") }
  }
}

extension SpecialKey {
  private static let names: [(SpecialKey, String)] = [
    (.up, "up"), (.down, "down"), (.left, "left"), (.right, "right"), (.home, "home"),
    (.end, "end"), (.pageUp, "pageup"), (.pageDown, "pagedown"), (.insert, "insert"),
    (.delete, "delete"), (.backspace, "backspace"), (.enter, "enter"), (.tab, "tab"),
    (.escape, "escape"),
  ]

  fileprivate var name: String {
    if case .function(let number) = self { return "f\(number)" }
    return Self.names.first { $0.0 == self }?.1 ?? ""
  }

  fileprivate init?(name: String) {
    if let key = Self.names.first(where: { $0.1 == name })?.0 {
      self = key
    } else if name.first == "f", let number = Int(name.dropFirst()), (1...24).contains(number) {
      self = .function(number)
    } else if name == "esc" {
      self = .escape
    } else {
      return nil
    }
  }
}

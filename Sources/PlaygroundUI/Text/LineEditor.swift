/// A line of text being typed, with a place where the next character goes.
package struct LineEditor: Equatable, Sendable {
  package private(set) var characters: [Character]
  /// The number of characters before the place, 0...`characters.count`.
  package private(set) var place: Int

  /// Whether the whole text is still as it was given, so that the first character typed replaces it.
  package private(set) var isFresh = false

  /// The most characters a line holds.
  package static let limit = 4_096

  /// Creates an editor with the place at the end of `text`.
  package init(_ text: String = "") {
    characters = Array(text.prefix(Self.limit))
    place = characters.count
  }

  /// Creates an editor with a text that the first character typed replaces; keys that move the place
  /// keep it.
  package init(replacing text: String) {
    self.init(text)
    isFresh = !text.isEmpty
  }

  /// The text.
  package var text: String { String(characters) }

  /// The text before the place.
  package var textBeforePlace: String { String(characters[..<place]) }

  /// Puts text at the place; line breaks become spaces.
  package mutating func insert(_ text: String) {
    if isFresh { clear() }
    let room = Self.limit - characters.count
    let new = text.map { $0.isNewline ? " " : $0 }.prefix(max(0, room))
    characters.insert(contentsOf: new, at: place)
    place += new.count
  }

  /// Does what a key does in a line of text.
  ///
  /// - Returns: Whether the key means something here.
  package mutating func handle(_ key: Key) -> Bool {
    if isFresh, key == .backspace || key == .delete {
      clear()
      return true
    }
    switch key {
    case .character(let character): insert(String(character))
    case .left: place = max(0, place - 1)
    case .right: place = min(characters.count, place + 1)
    case .home, .control("a"): place = 0
    case .end, .control("e"): place = characters.count
    case .backspace where place > 0:
      place -= 1
      characters.remove(at: place)
    case .backspace: break
    case .delete where place < characters.count: characters.remove(at: place)
    case .delete: break
    case .control("u"):
      characters.removeSubrange(..<place)
      place = 0
    case .control("k"): characters.removeSubrange(place...)
    case .control("w"): removeWord()
    default: return false
    }
    isFresh = false
    return true
  }

  private mutating func clear() {
    characters = []
    place = 0
    isFresh = false
  }

  private mutating func removeWord() {
    var start = place
    while start > 0, characters[start - 1] == " " { start -= 1 }
    while start > 0, characters[start - 1] != " " { start -= 1 }
    characters.removeSubrange(start..<place)
    place = start
  }
}

/// Several lines of text being typed.
package struct TextEditor: Equatable, Sendable {
  package private(set) var characters: [Character]
  /// The number of characters before the place.
  package private(set) var place: Int

  /// The most characters a text holds.
  package static let limit = 20_000

  /// Creates an editor with the place at the end of `text`.
  package init(_ text: String = "") {
    characters = text.prefix(Self.limit).map { $0.isNewline ? "\n" : $0 }
    place = characters.count
  }

  /// The text.
  package var text: String { String(characters) }

  /// Puts text at the place.
  package mutating func insert(_ text: String) {
    let room = Self.limit - characters.count
    let new = text.map { $0.isNewline ? "\n" : $0 }.prefix(max(0, room))
    characters.insert(contentsOf: new, at: place)
    place += new.count
  }

  /// Does what a key does in a text.
  ///
  /// - Returns: Whether the key means something here.
  package mutating func handle(_ key: Key) -> Bool {
    switch key {
    case .character(let character): insert(String(character))
    case .left: place = max(0, place - 1)
    case .right: place = min(characters.count, place + 1)
    case .up: moveLine(-1)
    case .down: moveLine(1)
    case .home, .control("a"): place = lineStart(of: place)
    case .end, .control("e"): place = lineEnd(of: place)
    case .backspace where place > 0:
      place -= 1
      characters.remove(at: place)
    case .backspace: break
    case .delete where place < characters.count: characters.remove(at: place)
    case .delete: break
    case .control("u"):
      characters.removeAll()
      place = 0
    default: return false
    }
    return true
  }

  private func lineStart(of place: Int) -> Int {
    characters[..<place].lastIndex(of: "\n").map { $0 + 1 } ?? 0
  }

  private func lineEnd(of place: Int) -> Int {
    characters[place...].firstIndex(of: "\n") ?? characters.count
  }

  private mutating func moveLine(_ direction: Int) {
    let start = lineStart(of: place)
    let column = place - start
    if direction < 0 {
      guard start > 0 else { return place = 0 }
      let above = lineStart(of: start - 1)
      place = min(above + column, start - 1)
    } else {
      let end = lineEnd(of: place)
      guard end < characters.count else { return place = characters.count }
      place = min(end + 1 + column, lineEnd(of: end + 1))
    }
  }
}

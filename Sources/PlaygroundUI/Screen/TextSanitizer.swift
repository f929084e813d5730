/// Turns text nobody vouches for, such as a model's output, into text that is safe to draw.
///
/// Whatever goes in, what comes out has no control character, no escape sequence, no character that
/// changes the direction of its surroundings, no mark without a base and no character of width 0:
///
/// | Found | Shown | In ASCII |
/// |---|---|---|
/// | newline, carriage return and newline, line or paragraph separator | `⏎` | `$` |
/// | tab | `⇥` | `>` |
/// | another C0 control, delete | its picture: `␀`, `␛`, `␡` | `?` |
/// | C1 control, unassigned code point, noncharacter, private use, invalid bytes | `�` | `?` |
/// | bidirectional control (embedding, override, isolate, mark) | `⇄` | `?` |
/// | zero-width space, byte order mark, another character without shape | `◌` | `?` |
/// | combining mark without a base | on `◌` | `?` |
/// | any other space of one cell | space | space |
/// | anything not ASCII | itself | `?`, one for each cell |
///
/// Inside a cluster, joiners are kept where they join something; everything after the sixteenth
/// scalar is dropped. A cluster wider than two cells (some conjuncts) is split.
public struct TextSanitizer: Hashable, Sendable {
  /// The symbols to show, and whether text may contain anything but ASCII.
  public var symbols: Symbols

  /// Whether newlines stay newlines in ``sanitized(_:)``, for output that is not a grid.
  public var keepsNewlines: Bool

  /// Creates a sanitizer.
  public init(symbols: Symbols = .unicode, keepsNewlines: Bool = false) {
    self.symbols = symbols
    self.keepsNewlines = keepsNewlines
  }

  /// Returns the graphemes of `text`, each safe to draw and one or two cells wide.
  ///
  /// - Complexity: O(*n*) in the length of the text.
  public func graphemes(of text: some StringProtocol) -> [Grapheme] {
    var result: [Grapheme] = []
    result.reserveCapacity(text.utf8.count)
    for character in text { append(character, to: &result) }
    return result
  }

  /// Returns `text` with everything unsafe replaced.
  ///
  /// - Complexity: O(*n*) in the length of the text.
  public func sanitized(_ text: some StringProtocol) -> String {
    guard keepsNewlines else { return graphemes(of: text).text }
    return text.split(omittingEmptySubsequences: false) { $0.isNewline }
      .map { graphemes(of: $0).text }.joined(separator: "\n")
  }

  /// Returns the text of UTF-8 bytes with everything unsafe replaced, invalid bytes included.
  public func sanitized(bytes: some Collection<UInt8>) -> String {
    sanitized(String(decoding: bytes, as: UTF8.self))
  }

  private func append(_ character: Character, to result: inout [Grapheme]) {
    if let ascii = character.asciiValue, (0x20..<0x7F).contains(ascii) {
      result.append(Grapheme(unchecked: character, width: 1))
      return
    }
    let start = result.count
    appendUnicode(character, to: &result)
    guard !symbols.isUnicode else { return }
    let drawn = result[start...].flatMap { grapheme in
      grapheme.character.isASCII
        ? [grapheme]
        : Array(
          repeating: Grapheme(unchecked: symbols.replacement, width: 1), count: grapheme.width)
    }
    result.replaceSubrange(start..., with: drawn)
  }

  private func appendUnicode(_ character: Character, to result: inout [Grapheme]) {
    if let symbol = symbol(for: character) {
      result.append(Grapheme(unchecked: symbol, width: 1))
      return
    }
    if let only = Self.onlyScalar(of: character) {
      // Most text: nothing to join, drop or split.
      let width = CharacterWidth.width(of: only)
      if width > 0 {
        result.append(Grapheme(unchecked: character, width: width))
        return
      }
    }
    let scalars = Self.safeScalars(of: character)
    guard let first = scalars.first else {
      result.append(Grapheme(unchecked: symbols.invisible, width: 1))
      return
    }
    if CharacterWidth.width(of: first) == 0 {
      result.append(Self.grapheme(of: ["\u{25CC}"] + scalars) ?? replacement)
      return
    }
    let whole = Self.grapheme(of: scalars)
    if let whole, CharacterWidth.isEmojiSequence(whole.character) {
      result.append(whole)
      return
    }
    for piece in Self.pieces(of: scalars) {
      result.append(Self.grapheme(of: piece) ?? replacement)
    }
  }

  private var replacement: Grapheme { Grapheme(unchecked: symbols.replacement, width: 1) }

  /// The symbol that takes the place of a cluster because of the scalar it begins with.
  private func symbol(for character: Character) -> Character? {
    guard let first = character.unicodeScalars.first else { return symbols.invisible }
    switch first.value {
    case 0x0A, 0x0D, 0x2028, 0x2029: return symbols.newline
    case 0x09: return symbols.tab
    case 0..<0x20: return picture(0x2400 + first.value)
    case 0x7F: return picture(0x2421)
    case 0x200E, 0x200F, 0x061C, 0x202A...0x202E, 0x2066...0x2069: return symbols.direction
    default: break
    }
    switch first.properties.generalCategory {
    case .control, .unassigned, .privateUse, .surrogate: return symbols.replacement
    case .format: return CharacterWidth.isVisibleFormat(first) ? nil : symbols.invisible
    case .spaceSeparator: return CharacterWidth.width(of: first) == 1 ? " " : nil
    default: return first.properties.isDefaultIgnorableCodePoint ? symbols.invisible : nil
    }
  }

  private func picture(_ value: UInt32) -> Character {
    guard symbols.isUnicode, let scalar = Unicode.Scalar(value) else { return symbols.replacement }
    return Character(scalar)
  }

  /// The scalar of a cluster that has no other.
  private static func onlyScalar(of character: Character) -> Unicode.Scalar? {
    let scalars = character.unicodeScalars
    guard let first = scalars.first, scalars.index(after: scalars.startIndex) == scalars.endIndex
    else { return nil }
    return first
  }

  /// The most scalars of a cluster that are kept; the longest emoji in use has ten.
  private static let longestCluster = 16

  /// The scalars of a cluster without those that are invisible and join nothing.
  private static func safeScalars(of character: Character) -> [Unicode.Scalar] {
    let scalars = Array(character.unicodeScalars.prefix(longestCluster))
    let isFlag = scalars.first?.value == 0x1F3F4
    return scalars.indices.filter { index in
      let scalar = scalars[index]
      switch scalar.value {
      case 0x200C, 0x200D: return index > 0 && index + 1 < scalars.count
      case 0xFE00...0xFE0F: return index > 0
      case 0xE0020...0xE007F: return isFlag
      default: break
      }
      switch scalar.properties.generalCategory {
      case .control, .format, .unassigned, .privateUse, .lineSeparator, .paragraphSeparator:
        return CharacterWidth.isVisibleFormat(scalar)
      default: return !scalar.properties.isDefaultIgnorableCodePoint
      }
    }.map { scalars[$0] }
  }

  /// The scalars in groups of at most two cells.
  private static func pieces(of scalars: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
    var pieces: [[Unicode.Scalar]] = [[]]
    var width = 0
    for scalar in scalars {
      let added = CharacterWidth.width(of: scalar)
      if width + added > 2 {
        pieces.append([])
        width = 0
      }
      pieces[pieces.count - 1].append(scalar)
      width += added
    }
    return pieces
  }

  /// The grapheme of some scalars, unless they are several clusters or take no cell.
  private static func grapheme(of scalars: [Unicode.Scalar]) -> Grapheme? {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    let string = String(text)
    guard string.count == 1, let character = string.first else { return nil }
    let width = CharacterWidth.width(of: character)
    return width > 0 ? Grapheme(unchecked: character, width: width) : nil
  }
}

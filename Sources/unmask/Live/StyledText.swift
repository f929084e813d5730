package import PlaygroundUI

/// Tokens as graphemes that are safe to draw, each with the role of its token.
package struct StyledText: Equatable, Sendable {
  /// What a position shows.
  package struct Token: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
      case bytes([UInt8])
      case mask
      case end
    }
    package var content: Content
    package var role: StyleRole

    package init(content: Content, role: StyleRole) {
      self.content = content
      self.role = role
    }
  }

  /// A grapheme with its meaning; `nil` breaks the line.
  package struct Element: Equatable, Sendable {
    package var grapheme: Grapheme?
    package var role: StyleRole
    /// Whether a line may end before and after it.
    package var isWord: Bool
  }

  package private(set) var elements: [Element] = []

  /// Decodes `tokens`: characters may be spread over several of them and then take the role of the
  /// first.
  package init(_ tokens: [Token], symbols: Symbols) {
    var run: [(byte: UInt8, role: StyleRole)] = []
    for token in tokens {
      switch token.content {
      case .bytes(let bytes):
        run += bytes.map { (byte: $0, role: token.role) }
      case .mask, .end:
        append(run, symbols: symbols)
        run = []
        let symbol = token.content == .mask ? symbols.mask : symbols.endOfText
        let graphemes = TextSanitizer(symbols: symbols).graphemes(of: String(symbol))
        elements.append(Element(grapheme: graphemes.first, role: token.role, isWord: true))
      }
    }
    append(run, symbols: symbols)
  }

  private mutating func append(_ run: [(byte: UInt8, role: StyleRole)], symbols: Symbols) {
    let (text, roles) = Self.decoded(run)
    let sanitizer = TextSanitizer(symbols: symbols)
    var scalar = 0
    for character in text {
      let role = roles[scalar]
      scalar += character.unicodeScalars.count
      if character.isNewline {
        elements.append(Element(grapheme: nil, role: role, isWord: false))
        continue
      }
      for grapheme in sanitizer.graphemes(of: String(character)) {
        elements.append(Element(grapheme: grapheme, role: role, isWord: false))
      }
    }
  }

  /// The text of bytes, U+FFFD for each byte that is none, and the role of each of its scalars.
  private static func decoded(
    _ run: [(byte: UInt8, role: StyleRole)]
  ) -> (text: String, roles: [StyleRole]) {
    var text = String.UnicodeScalarView()
    var roles: [StyleRole] = []
    var index = 0
    while index < run.count {
      let length = max(1, min((~run[index].byte).leadingZeroBitCount, run.count - index))
      let bytes = run[index..<index + length].map(\.byte)
      let scalar = String(validating: bytes, as: UTF8.self)?.unicodeScalars.first
      text.append(scalar ?? "\u{FFFD}")
      roles.append(run[index].role)
      index += scalar == nil ? 1 : length
    }
    return (String(text), roles)
  }

  /// Returns the text in lines of at most `columns` cells, broken between words where it can be.
  package func lines(columns: Int) -> [[Element]] {
    var layout = LineLayout(columns: max(2, columns))
    for element in elements { layout.append(element) }
    return layout.finished()
  }
}

/// Breaks a text into lines, greedily.
private struct LineLayout {
  let columns: Int
  private var lines: [[StyledText.Element]] = []
  private var line: [StyledText.Element] = []
  private var lineWidth = 0
  private var blanks: [StyledText.Element] = []
  private var word: [StyledText.Element] = []
  private var wordWidth = 0

  init(columns: Int) { self.columns = columns }

  mutating func append(_ element: StyledText.Element) {
    guard let grapheme = element.grapheme else {
      endWord()
      endLine()
      return
    }
    if grapheme.character == " " {
      endWord()
      blanks.append(element)
    } else if element.isWord {
      endWord()
      word = [element]
      wordWidth = grapheme.width
      endWord()
    } else {
      if wordWidth + grapheme.width > columns { endWord() }
      word.append(element)
      wordWidth += grapheme.width
    }
  }

  mutating func finished() -> [[StyledText.Element]] {
    endWord()
    if !line.isEmpty || lines.isEmpty { endLine() }
    return lines
  }

  private mutating func endWord() {
    guard !word.isEmpty else { return }
    if lineWidth + blanks.count + wordWidth > columns, lineWidth > 0 { endLine() }
    // Blanks that would push a word over the edge of an empty line are cut.
    let kept = blanks.prefix(max(0, columns - wordWidth))
    line += kept + word
    lineWidth += kept.count + wordWidth
    blanks = []
    word = []
    wordWidth = 0
  }

  private mutating func endLine() {
    lines.append(line)
    line = []
    lineWidth = 0
    blanks = []
  }
}

package import PlaygroundUI

/// Tokens as graphemes that are safe to draw, each with the role of its token: the text and its lines
/// are those of the playground, without its cursor.
package struct StyledText: Equatable, Sendable {
  /// What a position shows, and in which role.
  package struct Token: Equatable, Sendable {
    package var content: TokenText.Piece
    package var role: StyleRole

    package init(content: TokenText.Piece, role: StyleRole) {
      self.content = content
      self.role = role
    }
  }

  /// A grapheme with its meaning.
  package struct Element: Equatable, Sendable {
    package var grapheme: Grapheme
    package var role: StyleRole
  }

  private let text: TokenText
  private let roles: [StyleRole]

  /// Decodes `tokens`: characters may be spread over several of them and then take the role of the
  /// first.
  package init(_ tokens: [Token], symbols: Symbols) {
    text = TokenText(tokens.lazy.map(\.content), symbols: symbols, maskWidth: 1)
    roles = tokens.map(\.role)
  }

  /// The whole text, line ends included.
  package var elements: [Element] { text.glyphs.map(element) }

  /// Returns the text in lines of at most `columns` cells, broken between words where it can be; blanks
  /// at the ends of lines are left out.
  package func lines(columns: Int) -> [[Element]] {
    var lines = CanvasLayout(flowing: text, width: max(2, columns)).lines
    // What follows the last line end is a line only when there is something.
    if lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { line in
      var glyphs = line.map(\.glyph)
      while let last = glyphs.last, last.kind == .space || last.kind == .newline {
        glyphs.removeLast()
      }
      return glyphs.map(element)
    }
  }

  private func element(_ glyph: TokenText.Glyph) -> Element {
    Element(grapheme: glyph.grapheme, role: roles[glyph.position])
  }
}

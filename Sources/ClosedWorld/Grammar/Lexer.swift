/// A word, a number, a mark or the space between them.
struct Piece: Equatable, Sendable {
  let text: String
  /// Where it begins and ends in the text, in characters.
  let start: Int
  let end: Int

  /// Whether it is the space between two others.
  var isSpace: Bool { text == " " }
}

/// Cuts texts and templates into pieces, both in the same way.
enum Lexer {
  /// The pieces of `text`.
  ///
  /// Any run of white space is one space; what surrounds the text is left out.
  static func pieces(of text: some StringProtocol) -> [Piece] {
    var pieces: [Piece] = []
    var word = ""
    var kind = Class.mark
    var start = 0
    var position = 0
    func close() {
      guard !word.isEmpty else { return }
      pieces.append(Piece(text: kind == .space ? " " : word, start: start, end: position))
      word = ""
    }
    for character in text {
      let next = Class(character)
      if next != kind || next == .mark {
        close()
        start = position
        kind = next
      }
      word.append(character)
      position += 1
    }
    close()
    if pieces.first?.isSpace == true { pieces.removeFirst() }
    if pieces.last?.isSpace == true { pieces.removeLast() }
    return pieces
  }

  private enum Class {
    case letter, digit, space, mark

    init(_ character: Character) {
      if character.isWhitespace {
        self = .space
      } else if character.isLetter {
        self = .letter
      } else if character.isWholeNumber {
        self = .digit
      } else {
        self = .mark
      }
    }
  }
}

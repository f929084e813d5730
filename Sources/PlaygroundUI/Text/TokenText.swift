package import MaskedDiffusion

/// The graphemes of a canvas, each with the position that wrote it.
///
/// Tokens are bytes, and a character may take several: the bytes of neighbouring tokens are read
/// together, and a character belongs to the token its first byte comes from.
package struct TokenText: Equatable, Sendable {
  /// A grapheme and the position it belongs to.
  package struct Glyph: Equatable, Sendable {
    package var grapheme: Grapheme
    package var position: Int
    package var kind: Kind
  }

  /// What a glyph means for the layout.
  package enum Kind: Equatable, Sendable {
    /// Part of a word.
    case text
    /// A blank, after which a line may end.
    case space
    /// A newline, after which a line ends.
    case newline
    /// Part of a masked position, which is kept together.
    case mask
    /// The line between two blocks: it stands before a position and is no part of it.
    case boundary
  }

  /// What a position shows.
  package enum Piece: Equatable, Sendable {
    /// Bytes, which need not be whole characters.
    case bytes([UInt8])
    /// A mask, and a guess of what it hides.
    case mask(guess: [Grapheme]?)
    /// A token that ends a text.
    case end
  }

  package private(set) var glyphs: [Glyph] = []

  /// How masked positions are drawn.
  package struct MaskStyle: Equatable, Sendable {
    /// The best guesses by position; empty when ghosts are off.
    package var ghosts: [Int: TokenID]

    /// Creates a style.
    package init(ghosts: [Int: TokenID] = [:]) { self.ghosts = ghosts }
  }

  /// The width a masked position keeps, in cells.
  package static let maskWidth = 4
  /// The most cells a ghost takes.
  package static let ghostLimit = 12

  private let symbols: Symbols
  private let sanitizer: TextSanitizer
  private let maskWidth: Int

  /// Creates the text of `frame`.
  package init(_ frame: Frame, model: Model, symbols: Symbols, masks: MaskStyle = MaskStyle()) {
    let ends = model.endOfText
    let pieces = (0..<frame.count).lazy.map { position -> Piece in
      let token = frame.tokens[position]
      if token == frame.maskToken {
        return .mask(
          guess: masks.ghosts[position].map { Self.plain(model, $0, symbols: symbols) })
      }
      return ends.contains(token) ? .end : .bytes(model.bytes(of: token))
    }
    self.init(pieces, symbols: symbols)
  }

  /// Creates the text of one piece a position.
  ///
  /// - Parameters:
  ///   - pieces: What the positions show, from the first.
  ///   - symbols: What is drawn for what has no letters.
  ///   - maskWidth: The width a masked position keeps, in cells.
  package init(
    _ pieces: some Collection<Piece>, symbols: Symbols, maskWidth: Int = Self.maskWidth
  ) {
    self.symbols = symbols
    self.maskWidth = maskWidth
    sanitizer = TextSanitizer(symbols: symbols)
    glyphs.reserveCapacity(pieces.count * 5)
    var bytes: [UInt8] = []
    var owners: [(end: Int, position: Int)] = []
    for (position, piece) in pieces.enumerated() {
      if case .bytes(let more) = piece {
        bytes += more
        owners.append((bytes.count, position))
        continue
      }
      appendText(bytes, owners)
      bytes.removeAll(keepingCapacity: true)
      owners.removeAll(keepingCapacity: true)
      if case .mask(let guess) = piece {
        appendMask(position, guess: guess)
      } else {
        append(String(symbols.endOfText), position: position, kind: .text)
      }
    }
    appendText(bytes, owners)
  }

  private mutating func append(_ text: String, position: Int, kind: Kind) {
    for grapheme in sanitizer.graphemes(of: text) {
      glyphs.append(Glyph(grapheme: grapheme, position: position, kind: kind))
    }
  }

  /// Adds the characters of some tokens; invalid bytes become replacement characters.
  private mutating func appendText(_ bytes: [UInt8], _ owners: [(end: Int, position: Int)]) {
    guard !bytes.isEmpty else { return }
    var scalars = String.UnicodeScalarView()
    var starts: [Int] = []
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var offset = 0
    loop: while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded):
        scalars.append(Unicode.UTF8.decode(encoded))
        starts.append(offset)
        offset += encoded.count
      case .error(let length):
        scalars.append("\u{FFFD}")
        starts.append(offset)
        offset += length
      case .emptyInput: break loop
      }
    }
    var index = 0
    var owner = 0
    for character in String(scalars) {
      while owner < owners.count - 1, starts[index] >= owners[owner].end { owner += 1 }
      let kind: Kind = character.isNewline ? .newline : character == " " ? .space : .text
      append(String(character), position: owners[owner].position, kind: kind)
      index += character.unicodeScalars.count
    }
  }

  /// Adds a masked position: a blank and mask cells, or a mask cell and the guess.
  private mutating func appendMask(_ position: Int, guess: [Grapheme]?) {
    let mask = String(symbols.mask)
    guard let guess else {
      if maskWidth > 1 { append(" ", position: position, kind: .mask) }
      append(
        String(repeating: mask, count: max(1, maskWidth - 1)), position: position, kind: .mask)
      return
    }
    let ghost = guess.truncated(toWidth: Self.ghostLimit - 1, ellipsis: symbols.ellipsis)
    append(mask, position: position, kind: .mask)
    for grapheme in ghost {
      glyphs.append(Glyph(grapheme: grapheme, position: position, kind: .mask))
    }
    let missing = max(0, maskWidth - 1 - ghost.width)
    append(String(repeating: " ", count: missing), position: position, kind: .mask)
  }

  /// The graphemes of one token alone, without the blank before it.
  package static func plain(_ model: Model, _ token: TokenID, symbols: Symbols) -> [Grapheme] {
    let all = graphemes(model, token, symbols: symbols)
    return all.first?.character == " " && all.count > 1 ? Array(all.dropFirst()) : all
  }

  /// The graphemes of one token alone; blanks at its ends are made visible where `marksSpaces`.
  package static func graphemes(
    _ model: Model, _ token: TokenID, symbols: Symbols, marksSpaces: Bool = false
  ) -> [Grapheme] {
    if model.endOfText.contains(token) {
      return TextSanitizer(symbols: symbols).graphemes(of: String(symbols.endOfText))
    }
    if token == model.info.maskToken {
      return TextSanitizer(symbols: symbols).graphemes(of: "[MASK]")
    }
    var text = String(decoding: model.bytes(of: token), as: UTF8.self)
    if marksSpaces {
      if text.hasPrefix(" ") { text = String(symbols.space) + text.dropFirst() }
      if text.hasSuffix(" ") { text = text.dropLast() + String(symbols.space) }
    }
    return TextSanitizer(symbols: symbols).graphemes(of: text)
  }
}

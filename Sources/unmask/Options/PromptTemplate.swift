package import Tokenizers
package import MaskedDiffusion

/// A text with holes: `[MASK]` is one masked position, `[MASK:8]` eight.
///
/// A backslash in front makes text of a hole, and of a special token of the model: `\[MASK]`. It is
/// left out itself; two stand for one. Backslashes anywhere else stand for themselves.
package struct PromptTemplate: Equatable, Sendable {
  /// A part of a prompt.
  package enum Piece: Equatable, Sendable {
    case text(String)
    case masks(Int)
  }

  /// The largest number of positions one hole may have.
  package static let largestHole = 65536

  /// The parts, in order; no text is empty.
  package private(set) var pieces: [Piece] = []

  /// Whether nothing in the text has a meaning of its own.
  package let isLiteral: Bool

  /// Whether there is a hole.
  package var hasMasks: Bool {
    pieces.contains { if case .masks = $0 { true } else { false } }
  }

  /// Creates the template of a text that means nothing but itself.
  package init(literal text: String) {
    isLiteral = true
    if !text.isEmpty { pieces = [.text(text)] }
  }

  /// Reads `text`; what looks like a hole but has no number stays text.
  ///
  /// - Throws: ``PromptError/holeOutOfRange(_:)``.
  package init(parsing text: String) throws(PromptError) {
    isLiteral = false
    var literal = ""
    var rest = text[...]
    while let open = rest.firstRange(of: Hole.opening) {
      literal += rest[..<open.lowerBound]
      rest = rest[open.lowerBound...]
      guard let hole = Hole(opening: rest) else {
        literal += Hole.opening
        rest = rest[open.upperBound...]
        continue
      }
      rest = rest[hole.end...]
      if Self.takeEscape(from: &literal) {
        literal += hole.spelling
      } else {
        let count = try hole.count()
        if !literal.isEmpty { pieces.append(.text(literal)) }
        literal = ""
        pieces.append(.masks(count))
      }
    }
    literal += rest
    if !literal.isEmpty { pieces.append(.text(literal)) }
  }

  /// Halves the backslashes at the end of `text`; returns whether there was one more than a pair.
  private static func takeEscape(from text: inout String) -> Bool {
    let count = text.reversed().prefix { $0 == "\\" }.count
    text.removeLast(count - count / 2)
    return count % 2 == 1
  }

  /// Returns the tokens of the template.
  ///
  /// The texts between the holes are encoded one by one, with no token added around them. One
  /// blank before a hole belongs to the hole: tokens of words bring their blank along. A tokenizer
  /// that puts a blank before every text would double the one after a hole, so that is left out.
  /// Text that spells the mask token is text: only `[MASK]` makes a hole.
  package func tokens(tokenizer: any Tokenizer, maskToken: TokenID) -> [TokenID] {
    let text = PromptText(tokenizer: tokenizer, maskToken: maskToken, isLiteral: isLiteral)
    let addsBlank = Self.addsBlank(tokenizer)
    var tokens: [TokenID] = []
    for (index, piece) in pieces.enumerated() {
      switch piece {
      case .masks(let count):
        tokens += repeatElement(maskToken, count: count)
      case .text(var part):
        if index + 1 < pieces.count, part.hasSuffix(" ") { part.removeLast() }
        guard index > 0, addsBlank else {
          tokens += text.tokens(of: part)
          continue
        }
        if part.hasPrefix(" ") {
          tokens += text.tokens(of: String(part.dropFirst()))
        } else {
          tokens += Self.withoutBlank(text.tokens(of: part), tokenizer)
        }
      }
    }
    return tokens
  }

  private static func addsBlank(_ tokenizer: any Tokenizer) -> Bool {
    guard let first = tokenizer.encode("a").first else { return false }
    return tokenizer.bytes(of: first)?.first == UInt8(ascii: " ")
  }

  /// `tokens` without a first one that is nothing but a blank.
  private static func withoutBlank(
    _ tokens: [TokenID], _ tokenizer: any Tokenizer
  ) -> ArraySlice<TokenID> {
    let isBlank = tokens.first.map { tokenizer.bytes(of: $0) == [UInt8(ascii: " ")] } ?? false
    return isBlank ? tokens.dropFirst() : tokens[...]
  }
}

/// A hole as it is spelled at the beginning of a text.
private struct Hole {
  /// What every hole begins with.
  static let opening = "[MASK"

  /// The hole and its brackets.
  let spelling: Substring
  /// Where the text goes on.
  let end: Substring.Index
  private let digits: Substring?

  /// Reads the hole that `text` begins with; `nil` when it begins with something else.
  init?(opening text: Substring) {
    guard text.hasPrefix(Self.opening), let close = text.firstIndex(of: "]") else { return nil }
    let inside = text[..<close].dropFirst(Self.opening.count)
    let digits = inside.dropFirst()
    let isNumber = !digits.isEmpty && digits.allSatisfy { $0.isASCII && $0.isNumber }
    guard inside.isEmpty || inside.first == ":" && isNumber else { return nil }
    end = text.index(after: close)
    spelling = text[..<end]
    self.digits = inside.isEmpty ? nil : digits
  }

  /// Returns the number of positions.
  ///
  /// - Throws: ``PromptError/holeOutOfRange(_:)``.
  func count() throws(PromptError) -> Int {
    guard let digits else { return 1 }
    guard let count = Int(digits), (1...PromptTemplate.largestHole).contains(count) else {
      throw .holeOutOfRange(String(digits))
    }
    return count
  }
}

extension PromptTemplate {
  /// Returns a text that, parsed, means `text` literally: with a backslash before every hole and
  /// every special token of `tokenizer`.
  package static func escaped(_ text: String, for tokenizer: (any Tokenizer)?) -> String {
    let specials = tokenizer?.addedTokens.filter(\.isSpecial).map(\.content) ?? []
    var result = ""
    var rest = text[...]
    var backslashes = 0
    while let character = rest.first {
      let spelling =
        Hole(opening: rest)?.spelling
        ?? specials.first { !$0.isEmpty && rest.hasPrefix($0) }.map { rest.prefix($0.count) }
      if let spelling {
        result += String(repeating: "\\", count: backslashes + 1) + spelling
        rest = rest[spelling.endIndex...]
        backslashes = 0
      } else {
        result.append(character)
        rest = rest.dropFirst()
        backslashes = character == "\\" ? backslashes + 1 : 0
      }
    }
    return result
  }
}

/// What can be wrong with a prompt.
package enum PromptError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A hole of no or too many positions.
  case holeOutOfRange(String)
  /// A list of tokens holds something that is not a number.
  case notATokenID(String)

  /// One sentence: what was found and what was expected.
  package var description: String {
    switch self {
    case .holeOutOfRange(let digits):
      "[MASK:\(digits)] is a hole of \(digits) positions, expected 1 to \(PromptTemplate.largestHole)"
    case .notATokenID(let text):
      "'\(text)' is not a token, expected numbers separated by commas, as in 5,1024,7"
    }
  }
}

/// Tokens as the command line spells them.
package enum TokenList {
  /// Reads a list of tokens such as `5,1024,7`; an empty text is an empty list.
  package static func tokens(parsing text: String) throws(PromptError) -> [TokenID] {
    var tokens: [TokenID] = []
    guard text.contains(where: { !$0.isWhitespace }) else { return tokens }
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let digits = part.drop { $0.isWhitespace }.prefix { !$0.isWhitespace }
      let isWhole = part.allSatisfy { $0.isWhitespace || digits.contains($0) }
      guard isWhole, let token = TokenID(digits) else { throw .notATokenID(String(part)) }
      tokens.append(token)
    }
    return tokens
  }
}

package import Tokenizers
package import MaskedDiffusion

/// A text with holes: `[MASK]` is one masked position, `[MASK:8]` eight.
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

  /// Whether there is a hole.
  package var hasMasks: Bool {
    pieces.contains { if case .masks = $0 { true } else { false } }
  }

  /// Reads `text`; what looks like a hole but has no number stays text.
  ///
  /// - Throws: ``PromptError/holeOutOfRange(_:)``.
  package init(parsing text: String) throws(PromptError) {
    var literal = ""
    var rest = text[...]
    while let open = rest.firstRange(of: "[MASK") {
      literal += rest[..<open.lowerBound]
      let tail = rest[open.upperBound...]
      if tail.hasPrefix("]") {
        append(masks: 1, after: &literal)
        rest = tail.dropFirst()
      } else if tail.hasPrefix(":"), let close = tail.firstIndex(of: "]"),
        Self.isNumber(tail[..<close].dropFirst())
      {
        let digits = tail[..<close].dropFirst()
        guard let count = Int(digits), (1...Self.largestHole).contains(count) else {
          throw .holeOutOfRange(String(digits))
        }
        append(masks: count, after: &literal)
        rest = tail[close...].dropFirst()
      } else {
        literal += rest[open]
        rest = tail
      }
    }
    literal += rest
    if !literal.isEmpty { pieces.append(.text(literal)) }
  }

  private static func isNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isNumber }
  }

  private mutating func append(masks count: Int, after literal: inout String) {
    if !literal.isEmpty { pieces.append(.text(literal)) }
    literal = ""
    pieces.append(.masks(count))
  }

  /// Returns the tokens of the template.
  ///
  /// The texts between the holes are encoded one by one, with no token added around them. One
  /// blank before a hole belongs to the hole: tokens of words bring their blank along. A tokenizer
  /// that puts a blank before every text would double the one after a hole, so that is left out.
  package func tokens(tokenizer: any Tokenizer, maskToken: TokenID) -> [TokenID] {
    let addsBlank = Self.addsBlank(tokenizer)
    var tokens: [TokenID] = []
    for (index, piece) in pieces.enumerated() {
      switch piece {
      case .masks(let count):
        tokens += repeatElement(maskToken, count: count)
      case .text(var text):
        if index + 1 < pieces.count, text.hasSuffix(" ") { text.removeLast() }
        guard index > 0, addsBlank else {
          tokens += tokenizer.encode(text)
          continue
        }
        if text.hasPrefix(" ") {
          tokens += tokenizer.encode(String(text.dropFirst()))
        } else {
          tokens += Self.withoutBlank(tokenizer.encode(text), tokenizer)
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

package import Tokenizers
internal import MaskedDiffusion

/// The content of a `tokenizer.json` for byte-level tokens, as the `tokenizers` library reads it.
package struct TokenizerDocument: Sendable {
  /// How a text is cut into pieces.
  package enum Pieces: Sendable {
    /// Every digit apart, the rest as GPT-2 does.
    case digitsApart
    /// As GPT-2 does: words and numbers with the space before them.
    case words
  }

  package var pieces: Pieces

  /// The tokens by identifier, bytes written as their stand-ins; the first ends a text.
  package var vocabulary: [String]

  /// The pairs that are joined, the first ones first.
  package var merges: [(left: String, right: String)]

  /// Whether a piece that is a token as a whole is taken as it is.
  package var takesWholePieces: Bool

  /// The token that ends a text.
  package static let endOfText = "<|endoftext|>"

  /// The stand-ins of all bytes, in the order of their scalars.
  static let alphabet: [String] = ByteAlphabet.scalars.sorted().map { String($0) }

  /// The document as JSON.
  package var text: String {
    let byteLevel =
      #"{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}"#
    let preTokenizer =
      switch pieces {
      case .words: byteLevel
      case .digitsApart:
        #"{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},"#
          + byteLevel + "]}"
      }
    let end = Self.quoted(Self.endOfText)
    let vocabulary = vocabulary.enumerated().map { "\(Self.quoted($1)):\($0)" }
    let merges = merges.map { "[\(Self.quoted($0.left)),\(Self.quoted($0.right))]" }
    return """
      {
       "version": "1.0",
       "truncation": null,
       "padding": null,
       "added_tokens": [{"id":0,"content":\(end),"single_word":false,"lstrip":false,\
      "rstrip":false,"normalized":false,"special":true}],
       "normalizer": null,
       "pre_tokenizer": \(preTokenizer),
       "post_processor": null,
       "decoder": {"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
       "model": {"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,\
      "end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,\
      "ignore_merges":\(takesWholePieces),
        "vocab": {\(vocabulary.joined(separator: ",\n"))},
        "merges": [\(merges.joined(separator: ",\n"))]}
      }

      """
  }

  /// Returns a document that puts `token`, which ends texts, before every text as well.
  ///
  /// - Parameters:
  ///   - document: A document as ``text`` writes it; one that puts something around texts already is
  ///     returned as it is.
  ///   - token: The token.
  /// - Returns: The document with a `TemplateProcessing`, which the `tokenizers` package understands.
  static func beginning(_ document: String, with token: TokenID) -> String {
    document.replacing(nothingAround, with: frame(token), maxReplacements: 1)
  }

  /// Returns a document that puts nothing before a text any more, where ``beginning(_:with:)`` made it.
  static func bare(_ document: String, without token: TokenID) -> String {
    document.replacing(frame(token), with: nothingAround, maxReplacements: 1)
  }

  private static let nothingAround = "\"post_processor\": null"

  private static func frame(_ token: TokenID) -> String {
    let name = quoted(endOfText)
    return """
      "post_processor": {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":\(name),\
      "type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[{"SpecialToken":{"id":\(name),\
      "type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":0}}],\
      "special_tokens":{\(name):{"id":\(name),"ids":[\(token)],"tokens":[\(name)]}}}
      """
  }

  /// The tokenizer that the document describes.
  ///
  /// - Throws: ``TokenizerError``.
  package func tokenizer() throws(TokenizerError) -> any Tokenizer {
    try TokenizerFile.tokenizer(bytes: Array(text.utf8), path: "tokenizer.json")
  }

  /// Spellings hold no control characters: stand-ins are visible.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
    return result + "\""
  }
}

/// The pieces of texts, and how often each occurs.
struct PieceCounts {
  private(set) var counts: [String: Int] = [:]
  private let preTokenizer: PreTokenizer

  /// Counts pieces as `pieces` cuts them.
  init(_ pieces: TokenizerDocument.Pieces) throws(TokenizerError) {
    // What cuts the texts now is read from what will cut them later.
    let document = TokenizerDocument(
      pieces: pieces, vocabulary: [TokenizerDocument.endOfText], merges: [], takesWholePieces: false
    )
    preTokenizer = try TokenizerFile.preTokenizer(bytes: Array(document.text.utf8))
  }

  mutating func add(_ text: String) {
    let scalars = Array(text.unicodeScalars)
    preTokenizer.split(scalars[...], opensText: true) { piece, _ in
      var spelling = ""
      spelling.unicodeScalars.append(contentsOf: piece)
      counts[spelling, default: 0] += 1
    }
  }

  /// The pieces, the most frequent first and equals by their scalars.
  var ranked: [(piece: String, count: Int)] {
    counts.map { (piece: $0.key, count: $0.value) }.sorted { first, second in
      first.count != second.count
        ? first.count > second.count
        : first.piece.unicodeScalars.lexicographicallyPrecedes(second.piece.unicodeScalars)
    }
  }
}

extension TokenizerDocument {
  /// A vocabulary of whole words, each with the space before it; bytes stand for the rest.
  ///
  /// A name is one decision then. For worlds of few words.
  ///
  /// - Parameters:
  ///   - texts: What to count words in.
  ///   - vocabularySize: The most tokens, 257 or more.
  /// - Throws: ``TokenizerError``.
  package init(
    wordsOf texts: some Sequence<String>, vocabularySize: Int
  ) throws(TokenizerError) {
    var counts = try PieceCounts(.words)
    for text in texts { counts.add(text) }
    let alphabet = Self.alphabet, letters = Set(alphabet)
    let words = counts.ranked.lazy.map(\.piece).filter { !letters.contains($0) }
    let room = max(0, vocabularySize - alphabet.count - 1)
    self.init(
      pieces: .words, vocabulary: [Self.endOfText] + alphabet + words.prefix(room), merges: [],
      takesWholePieces: true)
  }
}

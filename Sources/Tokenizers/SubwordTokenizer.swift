package import MaskedDiffusion

/// A tokenizer made of the parts that `tokenizer.json` describes.
///
/// Encoding finds added tokens in the original text, normalizes what is between them, finds added
/// tokens in that too, cuts the rest into pieces, and forms tokens inside each piece. Decoding
/// looks up the spellings and hands them to the decoder.
package struct SubwordTokenizer: Tokenizer {
  package let addedTokens: [AddedToken]
  package let roles: TokenRoles
  private let vocabulary: Vocabulary
  private let model: any SubwordModel
  private let normalizer: Normalizer
  private let preTokenizer: PreTokenizer
  private let decoder: TokenDecoder
  private let frame: SpecialTokenFrame
  private let originalSplitter: AddedTokenSplitter
  private let normalizedSplitter: AddedTokenSplitter
  private let specialTokens: Set<TokenID>

  /// The parts of a tokenizer.
  package struct Parts: Sendable {
    /// What forms tokens inside a piece.
    var model: any SubwordModel
    /// What is done to the text first.
    var normalizer: Normalizer
    /// What cuts the text into pieces.
    var preTokenizer: PreTokenizer
    /// What turns spellings into text.
    var decoder: TokenDecoder
    /// What is put around every text.
    var frame: SpecialTokenFrame
    /// The tokens that are found as they are written.
    var addedTokens: [AddedTokenRule]
  }

  /// Creates a tokenizer.
  ///
  /// - Parameters:
  ///   - parts: What it is made of.
  ///   - configuration: What the files beside `tokenizer.json` say.
  /// - Throws: ``TokenizerError/conflictingToken(path:token:id:other:)`` or
  ///   ``TokenizerError/idOutOfRange(path:token:id:limit:)`` for an added token.
  package init(
    _ parts: Parts, configuration: TokenizerConfiguration
  ) throws(TokenizerError) {
    var vocabulary = parts.model.vocabulary
    let rules = parts.addedTokens.filter { !$0.token.content.isEmpty }
    for rule in rules { try vocabulary.insert(rule.token.content, as: Int(rule.token.id)) }
    try vocabulary.check(parts.frame)
    let normalizer = parts.normalizer
    self.vocabulary = vocabulary
    self.normalizer = normalizer
    model = parts.model
    preTokenizer = parts.preTokenizer
    decoder = parts.decoder
    frame = parts.frame
    addedTokens = rules.map(\.token).sorted { $0.id < $1.id }
    specialTokens = Set(addedTokens.filter(\.isSpecial).map(\.id))
    originalSplitter = AddedTokenSplitter(rules.filter { !$0.isNormalized }) {
      Array($0.token.content.unicodeScalars)
    }
    normalizedSplitter = AddedTokenSplitter(rules.filter(\.isNormalized)) { rule in
      let content = Array(rule.token.content.unicodeScalars)
      // sentencepiece's normalization would put a blank before it, as before any whole text.
      if case .sentencePiece = normalizer { return content }
      return normalizer.apply(to: content)
    }
    roles = configuration.roles(
      in: vocabulary, addedTokens: addedTokens, unknownToken: parts.model.unknownToken)
  }

  package var vocabularySize: Int { vocabulary.count }

  package func encode(_ text: String, addingSpecialTokens: Bool) -> [TokenID] {
    let tokens = encode(text, literal: .none)
    return addingSpecialTokens ? frame.before + tokens + frame.after : tokens
  }

  package func encode(_ text: String, literal spellings: LiteralSpellings) -> [TokenID] {
    var tokens: [TokenID] = []
    let scalars = Array(text.unicodeScalars)
    let parts = originalSplitter.parts(of: scalars) { spellings.contains($0, at: $1) }
    for part in parts {
      switch part {
      case .token(let token): tokens.append(token)
      case .text(let range):
        let normalized = normalizer.apply(to: Array(scalars[range]))
        append(normalized, opensText: range.lowerBound == 0, literal: spellings, to: &tokens)
      }
    }
    return tokens
  }

  private func append(
    _ normalized: [Unicode.Scalar], opensText: Bool, literal spellings: LiteralSpellings,
    to tokens: inout [TokenID]
  ) {
    let parts = normalizedSplitter.parts(of: normalized) { token, _ in
      spellings.contains(token, at: nil)
    }
    for part in parts {
      switch part {
      case .token(let token): tokens.append(token)
      case .text(let range):
        preTokenizer.split(
          normalized[range], opensText: opensText && range.lowerBound == 0
        ) { piece, _ in model.append(piece, to: &tokens) }
      }
    }
  }

  package func decode(_ tokens: [TokenID], skippingSpecialTokens: Bool) -> String {
    let kept = skippingSpecialTokens ? tokens.filter { !specialTokens.contains($0) } : tokens
    return decoder.text(of: kept.map { vocabulary.spelling(of: $0) ?? "\u{FFFD}" })
  }

  package func bytes(of token: TokenID) -> [UInt8]? {
    vocabulary.spelling(of: token).map(decoder.bytes(of:))
  }

  package func spelling(of token: TokenID) -> String? { vocabulary.spelling(of: token) }

  package func token(named spelling: String) -> TokenID? { vocabulary.token(spelled: spelling) }

  package func isSpecial(_ token: TokenID) -> Bool { specialTokens.contains(token) }
}

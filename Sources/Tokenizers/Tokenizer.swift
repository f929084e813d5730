public import MaskedDiffusion

/// A translation between text and the tokens of a model's vocabulary.
///
/// ```swift
/// let tokenizer = try TokenizerFile.load("models/tiny")
/// let tokens = tokenizer.encode("Once upon a time")
/// let text = tokenizer.decode(tokens)
/// ```
///
/// Encoding never fails: what the vocabulary cannot express becomes the unknown token, or is left
/// out when there is none. Decoding never fails either: an identifier without a token becomes
/// U+FFFD, and so does every maximal part of the bytes that is not UTF-8. The text of a list of
/// tokens is not the texts of its tokens one after the other, because a character may be spread
/// over several tokens; decode the whole list, or join ``bytes(of:)``.
public protocol Tokenizer: Sendable {
  /// One more than the largest identifier, added tokens included.
  var vocabularySize: Int { get }

  /// The tokens that are found in a text as they are written, ordered by identifier.
  var addedTokens: [AddedToken] { get }

  /// The tokens the files name for a purpose.
  var roles: TokenRoles { get }

  /// Returns the tokens of `text`.
  ///
  /// Added tokens inside the text are recognised in either case; `addingSpecialTokens` says
  /// whether those that frame every text, such as a beginning-of-text token, are put around it.
  ///
  /// - Complexity: O(*n* log *n*) for *n* scalars.
  func encode(_ text: String, addingSpecialTokens: Bool) -> [TokenID]

  /// Returns the tokens of `text`, in which `spellings` are no added tokens but ordinary text.
  ///
  /// - Complexity: O(*n* log *n*) for *n* scalars.
  func encode(_ text: String, literal spellings: LiteralSpellings) -> [TokenID]

  /// Returns the text of `tokens`, without the special ones if `skippingSpecialTokens`.
  func decode(_ tokens: [TokenID], skippingSpecialTokens: Bool) -> String

  /// Returns the bytes `token` stands for, possibly a part of a character, or `nil` if there is no
  /// such token.
  func bytes(of token: TokenID) -> [UInt8]?

  /// Returns `token` as the vocabulary writes it, such as `Ġthe` or `▁the`, or `nil` if there is no
  /// such token.
  func spelling(of token: TokenID) -> String?

  /// Returns the token the vocabulary writes as `spelling`, compared scalar by scalar.
  func token(named spelling: String) -> TokenID?

  /// Whether `token` is an added token that is no part of the text proper.
  func isSpecial(_ token: TokenID) -> Bool
}

extension Tokenizer {
  /// Returns the tokens of `text`, with none added around it.
  public func encode(_ text: String) -> [TokenID] { encode(text, addingSpecialTokens: false) }

  /// Returns the tokens of `text`; a tokenizer without added tokens has none to take literally.
  public func encode(_ text: String, literal spellings: LiteralSpellings) -> [TokenID] {
    encode(text, addingSpecialTokens: false)
  }

  /// Returns the text of `tokens`, special ones included.
  public func decode(_ tokens: [TokenID]) -> String { decode(tokens, skippingSpecialTokens: false) }

  /// Returns what one token shows on its own.
  ///
  /// Its text where its bytes are UTF-8, and `<0xE2>` for every byte that is not; U+FFFD if there
  /// is no such token. The text may hold line breaks and other control characters.
  public func piece(of token: TokenID) -> String {
    guard var rest = bytes(of: token)?[...] else { return "\u{FFFD}" }
    var piece = ""
    while let byte = rest.first {
      let length = min(max((~byte).leadingZeroBitCount, 1), rest.count)
      if let scalar = String(validating: rest.prefix(length), as: UTF8.self) {
        piece += scalar
        rest = rest.dropFirst(length)
      } else {
        piece += byte.fallbackSpelling
        rest = rest.dropFirst()
      }
    }
    return piece
  }

  /// Whether `token` is an added token that is no part of the text proper.
  public func isSpecial(_ token: TokenID) -> Bool {
    addedTokens.contains { $0.id == token && $0.isSpecial }
  }
}

/// A token that is found in a text as it is written, before anything is split.
public struct AddedToken: Equatable, Sendable {
  /// The identifier.
  public let id: TokenID
  /// The text it is written as.
  public let content: String
  /// Whether it is left out of a text decoded without special tokens.
  public let isSpecial: Bool

  /// Creates an added token.
  public init(id: TokenID, content: String, isSpecial: Bool) {
    self.id = id
    self.content = content
    self.isSpecial = isSpecial
  }
}

/// The places where a text spells an added token and does not mean it.
public struct LiteralSpellings: Equatable, Sendable {
  /// Whether no added token is recognised at all.
  public var includesAll = false
  /// The tokens that are recognised nowhere.
  public var tokens: Set<TokenID> = []
  /// The tokens that are not recognised where they begin at these offsets, in scalars.
  ///
  /// Those that are looked for in the normalized text, where offsets mean nothing, are recognised
  /// nowhere.
  public var places: [Int: TokenID] = [:]

  /// Every spelling is meant.
  public static let none = LiteralSpellings()
  /// No spelling is meant.
  public static let all = LiteralSpellings(includesAll: true)

  /// Creates the spellings.
  public init(
    includesAll: Bool = false, tokens: Set<TokenID> = [], places: [Int: TokenID] = [:]
  ) {
    self.includesAll = includesAll
    self.tokens = tokens
    self.places = places
  }

  /// Whether `token`, spelled at `offset`, is ordinary text; `nil` is an unknown offset.
  package func contains(_ token: TokenID, at offset: Int?) -> Bool {
    if includesAll || tokens.contains(token) { return true }
    guard !places.isEmpty else { return false }
    return offset.map { places[$0] == token } ?? places.values.contains(token)
  }
}

/// The tokens a tokenizer's files name for a purpose.
///
/// They are read from `tokenizer_config.json` and `special_tokens_map.json`. For a purpose these
/// do not name, an added token with a customary name is taken: `<|mdm_mask|>`, `<|mask|>`,
/// `[MASK]` or `<mask>` as the mask, `<|endoftext|>` or `</s>` as the end, `<|startoftext|>`,
/// `<|beginoftext|>` or `<s>` as the beginning of a text.
public struct TokenRoles: Equatable, Sendable {
  /// The token for “not yet known”.
  public var mask: TokenID?
  /// The token that ends a text.
  public var endOfText: TokenID?
  /// The token that begins a text.
  public var beginningOfText: TokenID?
  /// The token that fills up rows of different lengths.
  public var padding: TokenID?
  /// The token for what the vocabulary cannot express.
  public var unknown: TokenID?

  /// Creates roles that no token has.
  public init() {}
}

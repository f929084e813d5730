import Tokenizers
import MaskedDiffusion

/// A tokenizer for a vocabulary of a few words, each after a space: what an exact model brings.
///
/// A word may be written with or without its space; everything else is left out.
struct PieceTokenizer: Tokenizer {
  private let pieces: [TokenID: TokenPiece]
  private let maskToken: TokenID

  /// Creates the tokenizer of `model`; `nil` when its tokens are only numbers.
  init?(_ model: any ExactModel) {
    guard !model.pieces.isEmpty else { return nil }
    pieces = model.pieces
    maskToken = model.maskToken
  }

  var vocabularySize: Int { Int(pieces.keys.max() ?? -1) + 1 }

  var addedTokens: [AddedToken] {
    [AddedToken(id: maskToken, content: spelling(of: maskToken) ?? "", isSpecial: true)]
  }

  var roles: TokenRoles {
    var roles = TokenRoles()
    roles.mask = maskToken
    return roles
  }

  func encode(_ text: String, addingSpecialTokens: Bool) -> [TokenID] {
    text.split(whereSeparator: \.isWhitespace).compactMap { word in
      token(named: String(word)) ?? token(named: " \(word)")
    }
  }

  func decode(_ tokens: [TokenID], skippingSpecialTokens: Bool) -> String {
    let shown =
      tokens
      .filter { !skippingSpecialTokens || $0 != maskToken }
      .flatMap { bytes(of: $0) ?? Array("\u{FFFD}".utf8) }
    return String(decoding: shown, as: UTF8.self)
  }

  func bytes(of token: TokenID) -> [UInt8]? { pieces[token]?.bytes }

  func spelling(of token: TokenID) -> String? {
    bytes(of: token).map { String(decoding: $0, as: UTF8.self) }
  }

  func token(named spelling: String) -> TokenID? {
    pieces.first { $0.value.bytes.elementsEqual(spelling.utf8) }?.key
  }
}

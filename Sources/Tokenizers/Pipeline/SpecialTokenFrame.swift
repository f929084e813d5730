package import MaskedDiffusion

/// The special tokens that are put around every text.
package struct SpecialTokenFrame: Equatable, Sendable {
  /// The tokens before the text.
  package private(set) var before: [TokenID] = []
  /// The tokens after the text.
  package private(set) var after: [TokenID] = []

  /// The types that can be read.
  private static let types = [
    "BertProcessing", "ByteLevel", "RobertaProcessing", "Sequence", "TemplateProcessing",
  ]

  /// Adds nothing.
  package init() {}

  /// Adds `before` and `after`.
  package init(before: [TokenID], after: [TokenID]) {
    self.before = before
    self.after = after
  }

  /// Reads the `post_processor` of a tokenizer file; none adds nothing.
  package init(_ field: JSONField) throws(TokenizerError) {
    if field.isNull { return }
    switch try field["type"].string() {
    case "ByteLevel": break
    case "TemplateProcessing": try readTemplate(field)
    case "BertProcessing", "RobertaProcessing":
      before = [try Self.token(ofPair: field["cls"])]
      after = [try Self.token(ofPair: field["sep"])]
    case "Sequence":
      for processor in try field["processors"].elements() {
        let frame = try SpecialTokenFrame(processor)
        before = frame.before + before
        after += frame.after
      }
    default: throw field["type"].unsupported(Self.types)
    }
  }

  /// Reads the part of a template that is for one text: tokens, the text, tokens.
  private mutating func readTemplate(_ field: JSONField) throws(TokenizerError) {
    var sequences = 0
    for item in try field["single"].elements() {
      if !item["Sequence"].isNull {
        sequences += 1
        continue
      }
      let name = try item["SpecialToken"]["id"].string()
      for token in try Self.tokens(named: name, in: field["special_tokens"]) {
        if sequences == 0 { before.append(token) } else { after.append(token) }
      }
    }
    if sequences != 1 {
      throw field["single"].malformed(expected: "one Sequence among special tokens")
    }
  }

  private static func tokens(
    named name: String, in field: JSONField
  ) throws(TokenizerError) -> [TokenID] {
    let ids = field[name]["ids"]
    if ids.isNull { throw ids.malformed(expected: "an array") }
    var tokens: [TokenID] = []
    for id in try ids.elements() { tokens.append(try id.token()) }
    return tokens
  }

  /// Reads `["</s>", 2]`.
  private static func token(ofPair field: JSONField) throws(TokenizerError) -> TokenID {
    let pair = try field.elements()
    guard pair.count == 2 else { throw field.malformed(expected: "a token and its identifier") }
    return try pair[1].token()
  }
}

internal import FoundationEssentials
internal import JSON
internal import MaskedDiffusion

/// The files of a model that say which token stands for “not yet known”.
struct TokenFiles {
  private let files: ModelFiles

  /// What mask tokens are called where no file says which token is one.
  private static let customaryNames = [
    "<|mask|>", "<|MASK|>", "|<MASK>|", "<|mdm_mask|>", "[MASK]", "<mask>", "<MASK>",
  ]

  /// Creates a search in `files`.
  init(_ files: ModelFiles) { self.files = files }

  /// Returns the mask token, and what says so.
  ///
  /// - Throws: ``ModelError/missingKey(path:key:)`` when nothing names one.
  func maskToken(below bound: Int) throws(ModelError) -> (token: TokenID, source: String) {
    try maskToken(below: bound, published: nil)
  }

  /// Returns the mask token that is named somewhere, and what says so.
  ///
  /// Looked for in what the user says, `config.json`, `generation_config.json`, and the files of the
  /// tokenizer: the token they call `mask_token`, or one with a customary name.
  ///
  /// - Throws: ``ModelError/missingKey(path:key:)`` when nothing names one.
  private func namedToken(
    below bound: Int
  ) throws(ModelError) -> (token: TokenID, source: String) {
    if let token = files.overrides.maskToken {
      guard (0..<bound).contains(Int(token)) else {
        throw .invalidValue(
          path: files.weights.path, key: "--mask-token", found: "\(token)",
          expected: "a token from 0 to \(bound - 1)")
      }
      return (token, "--mask-token")
    }
    for (file, name) in [
      (files.configuration, "config.json"), (files.generation, "generation_config.json"),
    ] {
      if let token = try file?.token("mask_token_id", below: bound) {
        return (token, "\(name), mask_token_id")
      }
    }
    if let found = try tokenizerMask(), (0..<bound).contains(Int(found.token)) { return found }
    throw .missingKey(path: files.configuration?.path ?? files.directory, key: "mask_token_id")
  }

  /// Returns the mask token, and what says so: the one of the family's published models where all files
  /// are silent, and none, a token behind all others, where none is needed.
  ///
  /// - Throws: ``ModelError/missingKey(path:key:)`` when that is none of the vocabulary.
  func maskToken(
    below bound: Int, published: Int?
  ) throws(ModelError) -> (token: TokenID, source: String) {
    do throws(ModelError) {
      return try namedToken(below: bound)
    } catch {
      guard case .missingKey = error else { throw error }
      if let published, (0..<bound).contains(published) {
        return (TokenID(published), "the family")
      }
      guard !files.overrides.needsMaskToken else { throw error }
      return (TokenID(clamping: bound), "nothing")
    }
  }

  private func tokenizerMask() throws(ModelError) -> (token: TokenID, source: String)? {
    let configuration = try file("tokenizer_config.json")
    let map = try file("special_tokens_map.json")
    let decoder = configuration?["added_tokens_decoder"]
    var tokens = Self.added(decoder, map: try file("added_tokens.json"))
    if tokens.isEmpty, let whole = try file("tokenizer.json") {
      for entry in whole["added_tokens"].elements ?? [] {
        if let text = entry["content"]?.text, let id = entry["id"]?.wholeNumber {
          tokens[text] = TokenID(exactly: id)
        }
      }
    }
    let named = [(configuration, "tokenizer_config.json"), (map, "special_tokens_map.json")]
    for (file, name) in named {
      guard let value = file?["mask_token"], let text = value.text ?? value["content"]?.text,
        let token = tokens[text]
      else { continue }
      return (token, "\(name), mask_token “\(text.shortened)”")
    }
    for name in Self.customaryNames {
      if let token = tokens[name] { return (token, "the tokenizer's added token “\(name)”") }
    }
    return nil
  }

  /// Returns the identifiers of added tokens by their text.
  private static func added(_ decoder: JSONValue?, map: ConfigurationFile?) -> [String: TokenID] {
    var tokens: [String: TokenID] = [:]
    if case .object(let members)? = decoder {
      for member in members {
        if let text = member.value["content"]?.text { tokens[text] = TokenID(member.key) }
      }
    }
    for (text, value) in map?.all ?? [:] {
      if let id = value.wholeNumber { tokens[text] = TokenID(exactly: id) }
    }
    return tokens
  }

  private func file(_ name: String) throws(ModelError) -> ConfigurationFile? {
    let path = files.directory + "/" + name
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try ConfigurationFile(path: path)
  }
}

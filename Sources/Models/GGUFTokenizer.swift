internal import Checkpoints
internal import JSON
internal import MaskedDiffusion
public import Tokenizers

extension EmbeddedTokenizer {
  /// Reads the tokenizer in the metadata of a GGUF file; `nil` where there is none.
  init?(_ metadata: GGUFMetadata) {
    let prefix = "tokenizer.ggml."
    guard let model = metadata.text(prefix + "model"), !["none", "no_vocab"].contains(model) else {
      return nil
    }
    self.init(path: metadata.path, model: model)
    preTokenizer = metadata.text(prefix + "pre")
    tokens = metadata.list(prefix + "tokens")?.texts ?? []
    types = metadata.list(prefix + "token_type")?.integers ?? []
    scores = metadata.list(prefix + "scores")?.numbers?.map { Float($0) } ?? []
    merges = metadata.list(prefix + "merges")?.texts ?? []
    addsBeginning = metadata.truth(prefix + "add_bos_token")
    // A model that reads whole texts ends them with a token of its own.
    addsEnd = metadata.truth(prefix + (model == "bert" ? "add_sep_token" : "add_eos_token"))
    addsBlank = metadata.truth(prefix + "add_space_prefix") ?? true
    mergesBlanks = metadata.truth(prefix + "remove_extra_whitespaces") ?? false
    let map = metadata.list(prefix + "precompiled_charsmap")?.integers ?? []
    characterMap = map.map { UInt8(truncatingIfNeeded: $0) }
    isLowercase = metadata.truth(prefix + "normalizer.lowercase") ?? true
    for (purpose, name) in [
      ("bos_token", "cls"), ("bos_token", "bos"), ("eos_token", "eos"), ("mask_token", "mask"),
      ("pad_token", "padding"), ("unk_token", "unknown"), ("sep_token", "seperator"),
      ("sep_token", "separator"),
    ] {
      let token = metadata.integer("\(prefix)\(name)_token_id").flatMap(TokenID.init(exactly:))
      if let token, token >= 0 { purposes[purpose] = token }
    }
  }
}

extension ModelDirectory {
  /// Returns the tokenizer in the GGUF file at `path`; its network may be one that cannot be run.
  ///
  /// - Throws: ``ModelError/weights(_:)``, ``ModelError/missingKey(path:key:)`` where it has none,
  ///   and ``TokenizerError``.
  public static func tokenizer(inFile path: String) throws -> any Tokenizer {
    let weights: Weights
    do throws(WeightsError) {
      weights = try Weights(path: path)
    } catch {
      throw ModelError.weights(error)
    }
    guard let embedded = weights.metadata.flatMap(EmbeddedTokenizer.init) else {
      throw ModelError.missingKey(path: path, key: "tokenizer.ggml.model")
    }
    return try embedded.tokenizer()
  }

  /// Returns the tokenizer that comes with the model: in its weights file, or beside it.
  ///
  /// - Throws: ``TokenizerError``, also where there is none.
  public func tokenizer() throws(TokenizerError) -> any Tokenizer {
    if let metadata = weights.metadata, let embedded = EmbeddedTokenizer(metadata) {
      return try embedded.tokenizer()
    }
    return try TokenizerFile.load(directory)
  }

  /// The chat template in the weights file, and the special tokens that it may print, by names such as
  /// `bos_token`; `nil` where the file has none.
  public var embeddedChatTemplate: (text: String, specialTokens: [String: String])? {
    guard let metadata = weights.metadata, let text = metadata.text("tokenizer.chat_template")
    else {
      return nil
    }
    let embedded = EmbeddedTokenizer(metadata)
    let tokens = embedded?.tokens ?? []
    let purposes = embedded?.purposes ?? [:]
    return (
      text,
      purposes.compactMapValues { tokens.indices.contains(Int($0)) ? tokens[Int($0)] : nil }
    )
  }
}

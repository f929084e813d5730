internal import Checkpoints
internal import JSON
internal import Tokenizers
internal import MaskedDiffusion
internal import FoundationEssentials

extension GGUFConversion {
  /// Adds the tokenizer and the chat template that lie beside the weights.
  ///
  /// - Returns: Why the tokenizer is left out, if it is.
  func addTokenizer(to entries: inout GGUFEntries) throws(ModelError) -> String? {
    for (name, end) in zip(["eos", "eot"], source.description.endOfTextTokens) {
      entries.add("tokenizer.ggml.\(name)_token_id", Int(end))
    }
    let found: EmbeddedTokenizer?
    do throws(TokenizerError) {
      found = try EmbeddedTokenizer(directory: source.directory)
    } catch {
      entries.add("tokenizer.ggml.model", "none")
      return error.description
    }
    guard var tokenizer = found else {
      entries.add("tokenizer.ggml.model", "none")
      return "\(source.directory): no tokenizer.json, and no vocab.json with merges.txt"
    }
    tokenizer.pad(to: source.description.architecture.embeddingCount)
    add(tokenizer, to: &entries)
    if let template = try chatTemplate() { entries.add("tokenizer.chat_template", template) }
    return nil
  }

  private func add(_ tokenizer: EmbeddedTokenizer, to entries: inout GGUFEntries) {
    let prefix = "tokenizer.ggml."
    entries.add(prefix + "model", tokenizer.model)
    if let name = tokenizer.preTokenizer { entries.add(prefix + "pre", name) }
    entries.add(prefix + "tokens", tokenizer.tokens)
    entries.add(prefix + "token_type", tokenizer.types.map { Int32(clamping: $0) })
    entries.add(prefix + "merges", tokenizer.merges)
    entries.add(prefix + "add_bos_token", tokenizer.addsBeginning ?? false)
    if source.description.endOfTextTokens.isEmpty, let end = tokenizer.purposes["eos_token"] {
      entries.add(prefix + "eos_token_id", Int(end))
    }
    for (purpose, name) in [
      ("bos_token", "bos"), ("pad_token", "padding"), ("unk_token", "unknown"),
    ] {
      if let token = tokenizer.purposes[purpose] {
        entries.add("\(prefix)\(name)_token_id", Int(token))
      }
    }
  }

  private func chatTemplate() throws(ModelError) -> String? {
    let path = source.directory + "/chat_template.jinja"
    if let data = FileManager.default.contents(atPath: path) {
      return String(decoding: data, as: UTF8.self)
    }
    let configuration = source.directory + "/tokenizer_config.json"
    guard FileManager.default.fileExists(atPath: configuration) else { return nil }
    return try ConfigurationFile(path: configuration)["chat_template"].text
  }
}

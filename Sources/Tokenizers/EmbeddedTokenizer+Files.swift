internal import JSON
internal import MaskedDiffusion

/// Tokenizers from files, as the metadata of a GGUF file is to hold them.
extension EmbeddedTokenizer {
  /// Reads the tokenizer in `directory`; `nil` where there is none.
  ///
  /// - Throws: ``TokenizerError``, also for a kind or a way to cut texts that GGUF has no name for.
  package init?(directory: String) throws(TokenizerError) {
    let configuration = try TokenizerConfiguration(directory: directory)
    if let document = try TokenizerFile.document(directory, "tokenizer.json") {
      try self.init(document, configuration)
    } else if let vocabulary = try TokenizerFile.document(directory, "vocab.json") {
      try self.init(vocabulary: vocabulary, directory: directory, configuration)
    } else {
      return nil
    }
    // Purposes come from the tokenizer as it is read, which knows customary names too.
    let roles = try TokenizerFile.load(directory).roles
    for (purpose, token) in [
      ("bos_token", roles.beginningOfText), ("eos_token", roles.endOfText),
      ("mask_token", roles.mask), ("pad_token", roles.padding), ("unk_token", roles.unknown),
    ] { purposes[purpose] = token }
    addsBeginning = configuration.addsBeginning ?? false
  }

  private init(
    _ document: JSONField, _ configuration: TokenizerConfiguration
  ) throws(TokenizerError) {
    self.init(path: document.path, model: "gpt2")
    let model = document["model"]
    guard try model["type"].optionalString() ?? "BPE" == "BPE" else {
      throw model["type"].unsupported(["BPE"])
    }
    let cuts = document["pre_tokenizer"]
    let ignoresMerges = try model["ignore_merges"].boolean(default: false)
    guard let expressions = try Self.expressions(cuts),
      let style = EmbeddedPreTokenizer.cutting(by: expressions, ignoresMerges: ignoresMerges)
    else {
      throw .unsupported(
        path: document.path, field: "pre_tokenizer", found: cuts.value.summary,
        supported: EmbeddedPreTokenizer.all.map { $0.names[0] })
    }
    preTokenizer = style.names[0]
    for (spelling, id) in try model["vocab"].members() {
      try put(spelling, .normal, at: Int(try id.token()))
    }
    merges = try Self.merges(model["merges"])
    var rules: [AddedTokenRule] = []
    for token in try document["added_tokens"].elements() {
      rules.append(try AddedTokenRule(token, id: try token["id"].token()))
    }
    for rule in rules + configuration.addedTokens { try put(rule) }
  }

  private init(
    vocabulary: JSONField, directory: String, _ configuration: TokenizerConfiguration
  ) throws(TokenizerError) {
    self.init(path: vocabulary.path, model: "gpt2")
    preTokenizer = configuration.className?.hasPrefix("GPT2") == true ? "gpt-2" : "qwen2"
    for (spelling, id) in try vocabulary.members() {
      try put(spelling, .normal, at: Int(try id.token()))
    }
    let path = TokenizerFile.path(directory, "merges.txt")
    let text = String(decoding: try TokenizerFile.contents(path), as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline).map(String.init)
    merges = lines.filter { !$0.hasPrefix("#version") }
    for rule in configuration.addedTokens { try put(rule) }
    guard let added = try TokenizerFile.document(directory, "added_tokens.json") else { return }
    for (content, id) in try added.members() {
      let id = Int(try id.token())
      if !tokens.indices.contains(id) || tokens[id] != content {
        try put(content, .control, at: id)
      }
    }
  }

  private mutating func put(_ rule: AddedTokenRule) throws(TokenizerError) {
    try put(
      rule.token.content, rule.token.isSpecial ? .control : .userDefined, at: Int(rule.token.id))
  }

  private mutating func put(
    _ spelling: String, _ type: TokenType, at id: Int
  ) throws(TokenizerError) {
    let limit = 1 << 24
    guard id < limit else {
      throw .idOutOfRange(path: path, token: spelling, id: id, limit: limit)
    }
    pad(to: id + 1)
    tokens[id] = spelling
    types[id] = type.rawValue
  }

  /// Makes sure that there are `count` tokens: those nobody spells are not used.
  package mutating func pad(to count: Int) {
    while tokens.count < count {
      types.append(TokenType.unused.rawValue)
      tokens.append("[PAD\(tokens.count)]")
    }
  }

  private static func merges(_ field: JSONField) throws(TokenizerError) -> [String] {
    var merges: [String] = []
    for element in try field.elements() {
      if case .string(let line) = element.value {
        merges.append(line)
      } else {
        let pair = try element.elements()
        guard pair.count == 2 else { throw element.malformed(expected: "two tokens") }
        merges.append("\(try pair[0].string()) \(try pair[1].string())")
      }
    }
    return merges
  }

  /// The expressions that a byte-level `pre_tokenizer` cuts by; `nil` where it does something else.
  private static func expressions(_ field: JSONField) throws(TokenizerError) -> [String]? {
    switch try field["type"].optionalString() {
    case "Sequence":
      var all: [String] = []
      for step in try field["pretokenizers"].elements() {
        guard let some = try expressions(step) else { return nil }
        all += some
      }
      return all
    case "ByteLevel":
      guard try !field["add_prefix_space"].boolean(default: true) else { return nil }
      return try field["use_regex"].boolean(default: true) ? [PreTokenizer.gpt2Expression] : []
    case "Digits":
      return try field["individual_digits"].boolean(default: false) ? [#"\p{N}"#] : nil
    case "Split":
      guard try field["behavior"].string() == "Isolated",
        try !field["invert"].boolean(default: false)
      else { return nil }
      return try field["pattern"]["Regex"].optionalString().map { [$0] }
    default: return nil
    }
  }
}

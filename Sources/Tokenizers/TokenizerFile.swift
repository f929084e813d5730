internal import JSON
internal import FoundationEssentials
internal import Glibc
internal import MaskedDiffusion

/// Reading of tokenizers from the files they are published as.
public enum TokenizerFile {
  /// Larger files are refused; published ones have some ten megabytes.
  private static let greatestSize = 1 << 29

  /// Reads the tokenizer at `path`.
  ///
  /// - Parameter path: A directory, or a file in it. In a directory the first layout of
  ///   ``TokenizerRegistry/layouts`` that is there is taken. `tokenizer_config.json` and
  ///   `special_tokens_map.json` are read from the same directory if they exist.
  /// - Returns: The tokenizer.
  /// - Throws: ``TokenizerError``.
  public static func load(_ path: String) throws(TokenizerError) -> any Tokenizer {
    if isDirectory(path) {
      for layout in TokenizerRegistry.layouts where layout.files.allSatisfy({ exists(path, $0) }) {
        return try layout.load(path)
      }
      let known = ["vocab.json", "merges.txt", "tiktoken.model", "spiece.model"]
      throw .notFound(path: path, found: known.filter { exists(path, $0) })
    }
    let (directory, name) = split(path)
    for layout in TokenizerRegistry.layouts where layout.files.contains(name) {
      if layout.files.allSatisfy({ exists(directory, $0) }) { return try layout.load(directory) }
    }
    if name.hasSuffix(".model") {
      return try load(
        sentencePiece: path, configuration: TokenizerConfiguration(directory: directory))
    }
    return try load(document: path, configuration: TokenizerConfiguration(directory: directory))
  }

  /// Returns the tokenizer that a file in the format of `tokenizer.json` describes.
  static func load(
    document path: String, configuration: TokenizerConfiguration
  ) throws(TokenizerError) -> any Tokenizer {
    try tokenizer(JSONField(path: path, value: parse(contents(path), path: path)), configuration)
  }

  /// Returns the tokenizer that a sentencepiece model describes.
  static func load(
    sentencePiece path: String, configuration: TokenizerConfiguration
  ) throws(TokenizerError) -> any Tokenizer {
    let bytes = try contents(path)
    if let kind = bytes.withUnsafeBytes({ MistakenFile($0) }) { throw .mistaken(path: path, kind) }
    return try SentencePieceFile(bytes, path: path).tokenizer(
      configuration, addsBeginning: configuration.addsBeginning ?? false)
  }

  /// Reads the content of such a file.
  ///
  /// - Parameters:
  ///   - bytes: The content.
  ///   - path: What to call it in messages.
  /// - Returns: The tokenizer.
  /// - Throws: ``TokenizerError``.
  package static func tokenizer(
    bytes: [UInt8], path: String
  ) throws(TokenizerError) -> any Tokenizer {
    try tokenizer(
      JSONField(path: path, value: parse(bytes, path: path)), TokenizerConfiguration())
  }

  /// Reads what such a file cuts texts into pieces with.
  ///
  /// - Parameter bytes: The content of the file.
  /// - Returns: The first part of the tokenizer.
  /// - Throws: ``TokenizerError``.
  package static func preTokenizer(bytes: [UInt8]) throws(TokenizerError) -> PreTokenizer {
    let path = "tokenizer.json"
    return try PreTokenizer(JSONField(path: path, value: parse(bytes, path: path))["pre_tokenizer"])
  }

  private static func tokenizer(
    _ field: JSONField, _ configuration: TokenizerConfiguration
  ) throws(TokenizerError) -> any Tokenizer {
    guard case .object = field["model"].value else {
      throw field["model"].malformed(expected: "an object, as in tokenizer.json")
    }
    var addedTokens: [AddedTokenRule] = []
    for token in try field["added_tokens"].elements() {
      addedTokens.append(try AddedTokenRule(token, id: try token["id"].token()))
    }
    let model = try TokenizerRegistry.model(field["model"])
    addedTokens += configuration.additions(to: addedTokens, in: model.vocabulary)
    return try SubwordTokenizer(
      SubwordTokenizer.Parts(
        model: model,
        normalizer: try Normalizer(field["normalizer"]),
        preTokenizer: try PreTokenizer(field["pre_tokenizer"]),
        decoder: try TokenDecoder(field["decoder"]),
        frame: try SpecialTokenFrame(field["post_processor"]), addedTokens: addedTokens),
      configuration: configuration)
  }
}

extension TokenizerFile {
  /// Returns a JSON document of `directory`, or `nil` if there is no such file.
  static func document(_ directory: String, _ name: String) throws(TokenizerError) -> JSONField? {
    guard exists(directory, name) else { return nil }
    let path = path(directory, name)
    let field = JSONField(path: path, value: try parse(contents(path), path: path))
    guard case .object = field.value else { throw field.malformed(expected: "an object") }
    return field
  }

  private static func parse(_ bytes: [UInt8], path: String) throws(TokenizerError) -> JSONValue {
    do throws(JSONSyntaxError) {
      return try JSONParser.parse(bytes)
    } catch {
      if let kind = bytes.withUnsafeBytes({ MistakenFile($0) }) {
        throw .mistaken(path: path, kind)
      }
      throw .notJSON(path: path, offset: error.offset, problem: error.problem)
    }
  }

  /// Returns the bytes of a file.
  static func contents(_ path: String) throws(TokenizerError) -> [UInt8] {
    // A device or a pipe would be read without end.
    guard let status = status(path) else {
      throw .unreadable(path: path, reason: "no such file")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "not a file")
    }
    guard status.st_size <= greatestSize else {
      throw .unreadable(path: path, reason: "\(status.st_size) bytes are too many for a tokenizer")
    }
    do {
      return Array(try Data(contentsOf: URL(filePath: path)))
    } catch {
      throw .unreadable(path: path, reason: "permission denied, or the disk failed")
    }
  }

  /// Returns the text of a file that is no JSON, without a byte order mark.
  static func text(_ path: String) throws(TokenizerError) -> String {
    let bytes = try contents(path)
    switch bytes.withUnsafeBytes({ MistakenFile($0) }) {
    // Lists of tokens may begin with <pad>, and with any word.
    case nil, .empty, .webPage, .refusal: break
    case .some(let kind): throw .mistaken(path: path, kind)
    }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let content = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    guard let text = String(validating: content, as: UTF8.self) else {
      throw .malformed(path: path, field: "the text", found: "not UTF-8", expected: "UTF-8")
    }
    return text
  }

  /// Returns the path of a file in `directory`.
  static func path(_ directory: String, _ name: String) -> String {
    directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
  }

  private static func exists(_ directory: String, _ name: String) -> Bool {
    status(path(directory, name)) != nil
  }

  private static func isDirectory(_ path: String) -> Bool {
    status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
  }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
  }

  private static func split(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    return (String(path[...slash]), String(path[path.index(after: slash)...]))
  }
}

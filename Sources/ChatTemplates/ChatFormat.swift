import Foundation
internal import JSON

/// How a model is talked to: its template, and the special tokens that the template prints.
package struct ChatFormat: Sendable {
  /// The template.
  package let template: ChatTemplate
  /// The names the template may use besides the turns.
  private let variables: [String: TemplateValue]

  /// Creates a format from a template and the special tokens it may print, by purpose such as
  /// `bos_token`.
  package init(template: ChatTemplate, specialTokens: [String: String]) {
    self.template = template
    variables = specialTokens.mapValues { .string($0) }
  }

  /// Reads the format of the model in `directory`: `chat_template.jinja` where there is one, else
  /// `chat_template` in `chat_template.json` or `tokenizer_config.json`.
  ///
  /// - Parameter directory: A directory with the files of a tokenizer.
  /// - Returns: The format, or `nil` when the model brings no template.
  /// - Throws: ``TemplateError``, also for a file that cannot be read.
  package static func find(in directory: String) throws(TemplateError) -> ChatFormat? {
    let configuration = try document(directory + "/tokenizer_config.json")
    var tokens: [String: String] = [:]
    for document in [try document(directory + "/special_tokens_map.json"), configuration] {
      for (purpose, token) in specialTokens(document) { tokens[purpose] = token }
    }
    let file = directory + "/chat_template.jinja"
    if let bytes = try contents(of: file) {
      let text = try templateText(Array(bytes), in: file)
      return ChatFormat(template: try ChatTemplate(text, source: file), specialTokens: tokens)
    }
    let path = directory + "/chat_template.json"
    let places = [
      (path, try document(path)), (directory + "/tokenizer_config.json", configuration),
    ]
    for (path, document) in places {
      guard let text = try text(of: document?["chat_template"], in: path) else { continue }
      return ChatFormat(template: try ChatTemplate(text, source: path), specialTokens: tokens)
    }
    return nil
  }

  /// Returns the text of a conversation up to where the assistant's answer begins.
  ///
  /// - Parameters:
  ///   - turns: The turns, first to last. If the assistant's is last, the answer goes on from it.
  ///   - isThinking: What `enable_thinking` stands for. The diffusion models that know it were
  ///     trained without thinking.
  /// - Returns: The text, special tokens spelled out.
  /// - Throws: ``TemplateError``.
  package func text(
    of turns: [ChatTurn], isThinking: Bool = false
  ) throws(TemplateError) -> String {
    var variables = variables
    variables["enable_thinking"] = .bool(isThinking)
    return try template.text(of: turns, variables: variables)
  }
}

/// Files.
extension ChatFormat {
  private static func unreadable(_ path: String, _ reason: String) -> TemplateError {
    TemplateError(source: path, line: 1, cause: .evaluation(reason))
  }

  /// The text of a file that holds nothing else, without the mark that some editors put in front.
  private static func templateText(
    _ bytes: [UInt8], in path: String
  ) throws(TemplateError) -> String {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let content = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    guard let text = String(validating: content, as: UTF8.self) else {
      throw unreadable(path, "it is not UTF-8 text")
    }
    let beginning = text.prefix(64).lowercased().drop { $0.isWhitespace }
    if beginning.hasPrefix("<!doctype") || beginning.hasPrefix("<html") {
      throw unreadable(path, "a web page, not the file itself; fetch it again")
    }
    if beginning.hasPrefix("version https://git-lfs") {
      throw unreadable(path, "a Git LFS pointer, not the file itself; run 'git lfs pull'")
    }
    return text
  }

  private static func contents(of path: String) throws(TemplateError) -> Data? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    do {
      return try Data(contentsOf: URL(filePath: path))
    } catch {
      throw unreadable(path, "it cannot be read")
    }
  }

  private static func document(_ path: String) throws(TemplateError) -> JSONValue? {
    guard let bytes = try contents(of: path) else { return nil }
    do throws(JSONSyntaxError) {
      return try JSONParser.parse(Array(bytes))
    } catch {
      throw unreadable(path, "not valid JSON at byte \(error.offset): \(error.problem)")
    }
  }

  /// The text of `chat_template`: a text, or a list of named ones of which the default counts.
  private static func text(
    of value: JSONValue?, in path: String
  ) throws(TemplateError) -> String? {
    switch value {
    case nil, .null: return nil
    case .string(let text): return text
    case .array(let choices):
      let choice = choices.first {
        if case .string("default")? = $0["name"] { true } else { false }
      }
      guard case .string(let text)? = (choice ?? choices.first)?["template"] else { fallthrough }
      return text
    case .boolean, .integer, .number, .object:
      throw unreadable(path, "'chat_template' is \(value?.summary ?? ""), expected a text")
    }
  }

  /// The special tokens of a document, written as texts or as objects with their text.
  private static func specialTokens(_ document: JSONValue?) -> [(purpose: String, token: String)] {
    guard case .object(let members)? = document else { return [] }
    return members.compactMap { member in
      guard member.key.hasSuffix("_token") else { return nil }
      switch member.value {
      case .string(let token): return (member.key, token)
      case .object:
        guard case .string(let token)? = member.value["content"] else { return nil }
        return (member.key, token)
      case .null, .boolean, .integer, .number, .array: return nil
      }
    }
  }
}

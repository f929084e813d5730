/// One turn of a conversation.
package struct ChatTurn: Equatable, Sendable {
  /// Who speaks: `system`, `user`, `assistant`, or another role the model knows.
  package var role: String
  /// What is said.
  package var content: String

  /// Creates a turn.
  package init(role: String, content: String) {
    self.role = role
    self.content = content
  }
}

/// The text a model was taught to find around the turns of a conversation.
///
/// Templates are written in Jinja, as `transformers` renders them. What models' templates use is
/// implemented: loops, conditions, macros, namespaces, filters, tests, methods of texts. Whatever
/// else a template asks for is named in the error.
package struct ChatTemplate: Sendable {
  /// The longest template that is read, in bytes; published ones have 1 to 20 KiB.
  package static let sizeLimit = 1 << 20

  private let statements: [TemplateStatement]
  private let source: String

  /// Reads a template.
  ///
  /// - Parameters:
  ///   - text: The template.
  ///   - source: Where it stands, for messages: a file, or a file and a key.
  /// - Throws: ``TemplateError`` when it does not follow the grammar or asks for something that is
  ///   not implemented.
  package init(_ text: String, source: String) throws(TemplateError) {
    guard text.utf8.count <= Self.sizeLimit else {
      throw TemplateError(
        source: source, line: 1, cause: .budget("it has more than \(Self.sizeLimit) bytes"))
    }
    var lexer = TemplateLexer(text, source: source)
    var parser = TemplateParser(segments: try lexer.segmented(), source: source)
    statements = try parser.parsed()
    self.source = source
  }

  /// Returns the text of a conversation.
  ///
  /// - Parameters:
  ///   - turns: The turns, first to last.
  ///   - addsGenerationPrompt: Whether the text ends with the beginning of the assistant's turn.
  ///   - variables: Other names the template may use, such as `bos_token` or `enable_thinking`.
  /// - Returns: The text, with the model's special tokens spelled out.
  /// - Throws: ``TemplateError``.
  package func text(
    of turns: [ChatTurn], addsGenerationPrompt: Bool = true,
    variables: [String: TemplateValue] = [:]
  ) throws(TemplateError) -> String {
    var names = TemplateDictionary(variables.map { (key: $0.key, value: $0.value) })
    names[key: "messages"] = .list(
      turns.map {
        .dictionary(
          TemplateDictionary([("role", .string($0.role)), ("content", .string($0.content))]))
      })
    names[key: "add_generation_prompt"] = .bool(addsGenerationPrompt)
    var interpreter = TemplateInterpreter(source: source, variables: names)
    return try interpreter.rendered(statements)
  }
}

import ArgumentParser
import ChatTemplates
import Models

/// Whether the prompt is a conversation, and what belongs to it.
struct ChatArguments: ParsableArguments {
  @Flag(
    inversion: .prefixedNo,
    help: """
      Write the prompt as the model's chat template says: it is what the user says, or several \
      turns on lines such as 'user: …', 'assistant: …'.
      """)
  var chat: Bool?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What the system turn says, or a file with it; means --chat.", valueName: "file|text"))
  var system: String?

  @Option(
    help: ArgumentHelp(
      "Read turns from JSON: [{\"role\": …, \"content\": …}, …]; means --chat.", valueName: "file"))
  var messages: String?

  @Flag(help: "Let a model that can think aloud do so; means --chat.")
  var thinking = false

  /// Whether a conversation is asked for.
  var isAsked: Bool { chat ?? (system != nil || messages != nil || thinking) }

  /// Whether there are turns without a prompt.
  var bringsTurns: Bool { messages != nil }

  func validate() throws {
    guard chat == false, system != nil || messages != nil || thinking else { return }
    throw UsageError("--no-chat does not go with --system, --messages or --thinking")
  }

  /// Returns the conversation.
  ///
  /// - Parameter prompt: The prompt, after the turns of `--messages`; `nil` when there is none.
  /// - Returns: The turns.
  /// - Throws: ``FileError``, ``ConversationError``, ``UsageError`` when nobody has said anything.
  func conversation(prompt: String?) throws -> ChatSource {
    var turns: [ChatTurn] = []
    if let messages {
      turns = try Conversation.turns(
        json: try InputFile.bytes(of: messages), source: InputFile.name(of: messages))
    }
    if let prompt { turns += Conversation.turns(in: prompt) }
    if let system {
      guard turns.first?.role != "system" else {
        throw UsageError("there are two system turns, one of --system and one of the prompt")
      }
      turns.insert(ChatTurn(role: "system", content: try Self.text(system)), at: 0)
    }
    guard turns.contains(where: { $0.role != "system" }) else {
      throw UsageError("the conversation has no turn, expected one of the user")
    }
    return ChatSource(turns: turns, isThinking: thinking)
  }

  /// The text itself, or that of the file it names.
  private static func text(_ given: String) throws(FileError) -> String {
    guard InputFile.exists(given) else { return given }
    let text = try InputFile.text(of: given)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }
}

/// A conversation that waits for the model whose template writes it.
struct ChatSource {
  var turns: [ChatTurn]
  var isThinking: Bool

  /// Returns the text of the conversation for a model.
  ///
  /// - Parameter model: How the model is talked to.
  /// - Returns: The text.
  /// - Throws: ``TemplateError``, ``UsageError`` when the model brings no template.
  func text(for model: ModelChatFormat) throws -> String {
    guard let format = model.format else {
      throw UsageError(
        "\(model.place): there is no chat template, expected \(model.expected)",
        hint: "write the prompt as the model expects it, without --chat")
    }
    return try format.text(of: turns, isThinking: isThinking)
  }
}

/// How a model is talked to, where its files say.
struct ModelChatFormat {
  /// The format; `nil` where the model brings none.
  let format: ChatFormat?
  /// Where it was looked for.
  let place: String
  /// What was looked for.
  let expected: String

  /// Looks among the files of `folder`.
  ///
  /// - Throws: ``TemplateError``.
  init(in folder: String) throws(TemplateError) {
    format = try ChatFormat.find(in: folder)
    place = folder
    expected = "chat_template.jinja or one in tokenizer_config.json"
  }

  /// Looks in the weights file of `model` where that brings metadata, else beside it.
  ///
  /// - Throws: ``TemplateError``.
  init(of model: ModelDirectory) throws(TemplateError) {
    guard model.bringsMetadata else {
      self = try ModelChatFormat(in: model.directory)
      return
    }
    place = model.weightsPath
    expected = "the key tokenizer.chat_template"
    format = try model.embeddedChatTemplate.map { embedded throws(TemplateError) in
      ChatFormat(
        template: try ChatTemplate(embedded.text, source: model.weightsPath),
        specialTokens: embedded.specialTokens)
    }
  }
}

extension TemplateError: ReportedError {}

extension ConversationError: ReportedError {}

import ArgumentParser
import Models
import MaskedDiffusion

/// Where the prompt comes from.
struct PromptArguments: ParsableArguments {
  @Argument(
    help: """
      The text to go on from; [MASK] or [MASK:8] in it are filled in. Without it standard input is \
      read.
      """)
  var prompt: String?

  @Option(help: ArgumentHelp("Read the prompt from a file.", valueName: "file"))
  var promptFile: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Give the prompt as tokens; no tokenizer is needed.", valueName: "ids"))
  var promptIds: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The text after the answer; it may hold [MASK] too.", valueName: "text"))
  var suffix: String?

  @Option(
    help: ArgumentHelp(
      """
      Start on the canvas in a file instead of a prompt: a trace, whose last canvas is taken, a JSON \
      object with 'ids' as --json prints it, or a JSON list of tokens.
      """, valueName: "file"))
  var start: String?

  /// What to write around.
  enum Source {
    case tokens([TokenID])
    case canvas(StartFile)
    case text(prompt: PromptTemplate, suffix: PromptTemplate)
    case conversation(ChatSource)

    /// Whether a tokenizer is needed.
    var isText: Bool {
      switch self {
      case .tokens, .canvas: false
      case .text, .conversation: true
      }
    }
  }

  /// Reads the prompt, as the turns of a conversation where `chat` asks for that.
  func source(_ chat: ChatArguments) throws -> Source {
    guard chat.isAsked else { return try source() }
    guard promptIds == nil, suffix == nil, start == nil else {
      throw UsageError("--prompt-ids, --suffix and --start do not go with --chat")
    }
    let isGiven = prompt != nil || promptFile != nil || !chat.bringsTurns
    return .conversation(try chat.conversation(prompt: isGiven ? try text() : nil))
  }

  /// Reads the prompt.
  private func source() throws -> Source {
    let given = [prompt, promptFile, promptIds, start].count { $0 != nil }
    guard given <= 1 else {
      throw UsageError(
        "there are several prompts, expected one: as text, --prompt-file, --prompt-ids or --start")
    }
    if let start {
      guard suffix == nil else {
        throw UsageError("--suffix does not go with --start, which is a whole canvas")
      }
      return .canvas(try StartFile(path: start))
    }
    if let promptIds {
      guard suffix == nil else {
        throw UsageError(
          "--suffix is text and does not go with --prompt-ids",
          hint: "append the tokens to those of --prompt-ids, with mask tokens between")
      }
      return .tokens(try TokenList.tokens(parsing: promptIds))
    }
    return .text(
      prompt: try PromptTemplate(parsing: try text()),
      suffix: try PromptTemplate(parsing: suffix ?? ""))
  }

  /// Reads the text of the prompt.
  func text() throws -> String {
    if let prompt, prompt != "-" { return prompt }
    let path = promptFile ?? "-"
    if path == "-", prompt == nil, promptFile == nil, InputFile.isTerminal {
      throw UsageError(
        "there is no prompt",
        hint:
          "give it as an argument, with --prompt-file or on standard input; \"\" starts from nothing"
      )
    }
    // Editors and echo end a file with a line break that nobody meant to be part of the prompt.
    var text = try InputFile.text(of: path)
    if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
    return text
  }
}

extension PromptError: ReportedError {
  var exitStatus: ExitCode { ErrorReport.usage }
}

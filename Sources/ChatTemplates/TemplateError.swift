/// Why a chat template gave no text.
package struct TemplateError: Error, Equatable, Sendable {
  /// What is wrong.
  package enum Cause: Equatable, Sendable {
    /// The text of the template does not follow the grammar.
    case syntax(found: String, expected: String)
    /// The template uses something that is not implemented; the text names the construct.
    case unsupported(String)
    /// The template itself refused the conversation, with `raise_exception`.
    case raised(String)
    /// An operation was applied to values it has no meaning for.
    case evaluation(String)
    /// The template computes or writes more than any conversation needs.
    case budget(String)
  }

  /// Where the template stands: a file, or a file and a key.
  package var source: String
  /// The line of the template, from 1.
  package var line: Int
  /// What is wrong.
  package var cause: Cause

  /// Creates an error.
  package init(source: String, line: Int, cause: Cause) {
    self.source = source
    self.line = line
    self.cause = cause
  }
}

extension TemplateError: CustomStringConvertible {
  /// One sentence: the template, the line, what was found.
  package var description: String {
    let place = "\(source): chat template, line \(line)"
    switch cause {
    case .syntax(let found, let expected): return "\(place): found \(found), expected \(expected)"
    case .unsupported(let construct): return "\(place): \(construct) is not implemented"
    case .raised(let message): return "\(source): the chat template refuses: \(message)"
    case .evaluation(let problem): return "\(place): \(problem)"
    case .budget(let limit): return "\(place): \(limit)"
    }
  }

  /// What to do about it.
  package var hint: String? {
    switch cause {
    case .raised: "change the turns: most models want user and assistant in turns, system first"
    case .syntax, .unsupported, .evaluation, .budget:
      "write the prompt as the model expects it, with --no-chat"
    }
  }
}

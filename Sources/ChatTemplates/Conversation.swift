internal import JSON

/// Turns as people write them down.
package enum Conversation {
  /// The roles a text can name.
  package static let roles = ["system", "user", "assistant"]

  /// Reads a conversation from text.
  ///
  /// A text that begins with a role and a colon is a conversation: each line that begins so starts a
  /// turn, such as `user: Name a river.` Any other text is what the user says.
  package static func turns(in text: String) -> [ChatTurn] {
    guard start(of: text[...]) != nil else { return [ChatTurn(role: "user", content: text)] }
    var turns: [ChatTurn] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if let (role, rest) = start(of: line) {
        turns.append(ChatTurn(role: role, content: rest))
      } else {
        turns[turns.count - 1].content += "\n" + line
      }
    }
    return turns
  }

  /// Whether a text is a conversation: it begins with a role and a colon.
  package static func isConversation(_ text: String) -> Bool { start(of: text[...]) != nil }

  private static func start(of line: Substring) -> (role: String, rest: String)? {
    for role in roles where line.hasPrefix(role + ":") {
      let rest = line.dropFirst(role.count + 1)
      return (role, String(rest.first == " " ? rest.dropFirst() : rest))
    }
    return nil
  }

  /// Reads a conversation as programs exchange it: `[{"role": …, "content": …}, …]`.
  ///
  /// - Parameters:
  ///   - bytes: JSON.
  ///   - source: Where it stands, for messages.
  /// - Returns: The turns.
  /// - Throws: ``ConversationError``.
  package static func turns(
    json bytes: [UInt8], source: String
  ) throws(ConversationError) -> [ChatTurn] {
    let document: JSONValue
    do throws(JSONSyntaxError) {
      document = try JSONParser.parse(bytes)
    } catch {
      throw .notJSON(source: source, offset: error.offset, problem: error.problem)
    }
    guard case .array(let elements) = document else {
      throw .malformed(source: source, place: "the document", found: document.summary)
    }
    var turns: [ChatTurn] = []
    for (index, element) in elements.enumerated() {
      guard case .string(let role)? = element["role"], case .string(let text)? = element["content"]
      else {
        throw .malformed(source: source, place: "turn \(index + 1)", found: element.summary)
      }
      turns.append(ChatTurn(role: role, content: text))
    }
    return turns
  }
}

/// Why a conversation could not be read.
package enum ConversationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// It is not JSON.
  case notJSON(source: String, offset: Int, problem: String)
  /// A part of it has another form.
  case malformed(source: String, place: String, found: String)

  /// One sentence: the file, what was found, what was expected.
  package var description: String {
    switch self {
    case .notJSON(let source, let offset, let problem):
      "\(source): not valid JSON at byte \(offset): \(problem)"
    case .malformed(let source, let place, let found):
      "\(source): \(place) is \(found), expected a list of objects with 'role' and 'content'"
    }
  }

  /// What to do about it.
  package var hint: String? { "write it as [{\"role\": \"user\", \"content\": \"Name a river.\"}]" }
}

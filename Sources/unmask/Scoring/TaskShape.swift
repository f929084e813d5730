import JSON
import MaskedDiffusion

/// The shapes that lines of task files have; each recognises its own by their keys.
enum TaskShape {
  /// A shape.
  struct Entry: Sendable {
    /// The keys that tell it apart.
    let keys: [String]
    /// What it is known from.
    let summary: String
    /// Reads a line that has the keys.
    let read: @Sendable (JSONValue) throws(TaskProblem) -> TaskItem
  }

  /// Every shape; the first whose keys are all there reads the line.
  static let all: [Entry] = [
    Entry(keys: ["context", "choices", "gold"], summary: "one context, several continuations") {
      line throws(TaskProblem) in
      try item(context: line["context"], choices: line["choices"], gold: line["gold"])
    },
    Entry(keys: ["context_ids", "choices_ids", "gold"], summary: "the same in tokens") {
      line throws(TaskProblem) in try tokens(line)
    },
    Entry(keys: ["query", "choices", "gold"], summary: "lm-evaluation-harness, documents") {
      line throws(TaskProblem) in
      try item(context: line["query"], choices: line["choices"], gold: line["gold"], blank: true)
    },
    Entry(keys: ["arguments", "target"], summary: "lm-evaluation-harness, logged samples") {
      line throws(TaskProblem) in try logged(line)
    },
    Entry(keys: ["ctx", "endings", "label"], summary: "HellaSwag") { line throws(TaskProblem) in
      try item(context: line["ctx"], choices: line["endings"], gold: line["label"], blank: true)
    },
    Entry(keys: ["question", "choices", "answerKey"], summary: "ARC") {
      line throws(TaskProblem) in try labelled(line, question: "question")
    },
    Entry(keys: ["question_stem", "choices", "answerKey"], summary: "OpenBookQA") {
      line throws(TaskProblem) in try labelled(line, question: "question_stem")
    },
    Entry(keys: ["question", "choices", "answer"], summary: "MMLU") { line throws(TaskProblem) in
      try item(
        context: .string(asked(try text(line["question"], "question"))), choices: line["choices"],
        gold: line["answer"], blank: true)
    },
    Entry(keys: ["question", "answerKey"], summary: "ARC and OpenBookQA, as first published") {
      line throws(TaskProblem) in try nested(line)
    },
    Entry(keys: ["goal", "sol1", "sol2", "label"], summary: "PIQA") { line throws(TaskProblem) in
      try item(
        context: .string(asked(try text(line["goal"], "goal"))),
        choices: try pair(line["sol1"], line["sol2"]), gold: line["label"], blank: true)
    },
    Entry(keys: ["passage", "question", "answer"], summary: "BoolQ") { line throws(TaskProblem) in
      try boolQ(line)
    },
    Entry(keys: ["sentence", "option1", "option2", "answer"], summary: "WinoGrande") {
      line throws(TaskProblem) in try winoGrande(line)
    },
    Entry(keys: ["premise", "choice1", "choice2", "question", "label"], summary: "COPA") {
      line throws(TaskProblem) in try copa(line)
    },
  ]

  /// Reads one line.
  static func item(_ bytes: [UInt8]) throws(TaskProblem) -> TaskItem {
    let value: JSONValue
    do throws(JSONSyntaxError) {
      value = try JSONParser.parse(bytes)
    } catch {
      throw TaskProblem("not JSON: \(error.problem) at byte \(error.offset)")
    }
    guard case .object = value else {
      throw TaskProblem("found \(value.summary), expected an object")
    }
    guard let entry = all.first(where: { $0.keys.allSatisfy { value[$0] != nil } }) else {
      throw TaskProblem(
        "no shape of task is known with these keys, expected 'context', 'choices' and 'gold'")
    }
    let item = try entry.read(value)
    guard item.choices.count >= 2 else {
      throw TaskProblem("\(item.choices.count) choices, expected 2 or more")
    }
    guard item.choices.indices.contains(item.gold) else {
      throw TaskProblem(
        "the right choice is \(item.gold), expected 0 to \(item.choices.count - 1)")
    }
    return item
  }

  static func item(
    context: JSONValue?, choices: JSONValue?, gold: JSONValue?, blank: Bool = false
  ) throws(TaskProblem) -> TaskItem {
    var shared = ""
    if case .null? = context {} else { shared = try text(context, "the context") }
    var list: [TaskItem.Choice] = []
    for choice in try array(choices, "the choices") {
      let choice = try text(choice, "a choice")
      list.append(
        .text(context: shared, continuation: blank ? separated(choice, after: shared) : choice))
    }
    return TaskItem(choices: list, gold: try index(gold))
  }

  /// Harness documents leave the blank between context and choice to the task (`target_delimiter`).
  private static func separated(_ choice: String, after context: String) -> String {
    let hasBlank = context.last?.isWhitespace ?? true || choice.first?.isWhitespace ?? false
    return hasBlank ? choice : " " + choice
  }

  static func asked(_ question: String) -> String { "Question: \(question)\nAnswer:" }

  private static func labelled(
    _ line: JSONValue, question: String
  ) throws(TaskProblem) -> TaskItem {
    let labels = try array(line["choices"]?["label"], "choices.label")
    let key = try text(line["answerKey"], "answerKey")
    var gold: Int?
    for (index, label) in labels.enumerated() where try text(label, "a label") == key {
      gold = index
    }
    guard let gold else { throw TaskProblem("answerKey '\(key.shortened)' is none of the labels") }
    return try item(
      context: .string(asked(try text(line[question], question))),
      choices: line["choices"]?["text"],
      gold: .integer(gold), blank: true)
  }

  /// `--log_samples` writes the pairs as arrays, or since version 0.4.3 as numbered objects.
  private static func logged(_ line: JSONValue) throws(TaskProblem) -> TaskItem {
    var choices: [TaskItem.Choice] = []
    switch line["arguments"] {
    case .array(let pairs)?:
      for pair in pairs {
        let pair = try array(pair, "an argument")
        guard pair.count == 2 else {
          throw TaskProblem(
            "an argument has \(pair.count) parts, expected context and continuation")
        }
        choices.append(
          .text(
            context: try text(pair[0], "a context"), continuation: try text(pair[1], "a choice")))
      }
    case .object(let members)?:
      for member in members {
        choices.append(
          .text(
            context: try text(member.value["arg_0"], "arg_0"),
            continuation: try text(member.value["arg_1"], "arg_1")))
      }
    default: throw TaskProblem("'arguments' is neither an array nor an object")
    }
    return TaskItem(choices: choices, gold: try index(line["target"]))
  }

  private static func tokens(_ line: JSONValue) throws(TaskProblem) -> TaskItem {
    let context = try tokens(line["context_ids"], "context_ids")
    var choices: [TaskItem.Choice] = []
    for choice in try array(line["choices_ids"], "choices_ids") {
      choices.append(.tokens(context: context, continuation: try tokens(choice, "choices_ids")))
    }
    return TaskItem(choices: choices, gold: try index(line["gold"]))
  }

  private static func tokens(
    _ value: JSONValue?, _ name: String
  ) throws(TaskProblem) -> [TokenID] {
    var tokens: [TokenID] = []
    for element in try array(value, name) {
      guard case .integer(let number) = element, let token = TokenID(exactly: number) else {
        throw TaskProblem("\(name) holds \(element.summary), expected token ids")
      }
      tokens.append(token)
    }
    return tokens
  }

  static func text(_ value: JSONValue?, _ name: String) throws(TaskProblem) -> String {
    guard case .string(let text)? = value else {
      throw TaskProblem("\(name) is \(value?.summary ?? "missing"), expected a text")
    }
    return text
  }

  static func array(_ value: JSONValue?, _ name: String) throws(TaskProblem) -> [JSONValue] {
    guard case .array(let elements)? = value else {
      throw TaskProblem("\(name) is \(value?.summary ?? "missing"), expected an array")
    }
    return elements
  }

  /// A number, a number in quotes, or a letter.
  static func index(_ value: JSONValue?) throws(TaskProblem) -> Int {
    switch value {
    case .integer(let index)?: return index
    case .boolean(let flag)?: return flag ? 1 : 0
    case .string(let text)?:
      if let index = Int(text) { return index }
      let scalars = Array(text.unicodeScalars)
      if scalars.count == 1, (65...90).contains(scalars[0].value) {
        return Int(scalars[0].value) - 65
      }
    default: break
    }
    throw TaskProblem("the right choice is \(value?.summary ?? "missing"), expected its number")
  }
}

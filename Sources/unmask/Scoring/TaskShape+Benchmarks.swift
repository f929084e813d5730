import JSON

/// Lines of benchmarks as they are published, asked as lm-evaluation-harness asks them.
extension TaskShape {
  static func pair(_ first: JSONValue?, _ second: JSONValue?) throws(TaskProblem) -> JSONValue {
    .array([.string(try text(first, "a choice")), .string(try text(second, "a choice"))])
  }

  /// `{"question": {"stem": …, "choices": [{"text": …, "label": …}]}, "answerKey": …}`.
  static func nested(_ line: JSONValue) throws(TaskProblem) -> TaskItem {
    let key = try text(line["answerKey"], "answerKey")
    var texts: [JSONValue] = []
    var gold: Int?
    for (index, choice) in try array(line["question"]?["choices"], "question.choices").enumerated()
    {
      texts.append(.string(try text(choice["text"], "a choice")))
      if try text(choice["label"], "a label") == key { gold = index }
    }
    guard let gold else { throw TaskProblem("answerKey '\(key.shortened)' is none of the labels") }
    return try item(
      context: .string(asked(try text(line["question"]?["stem"], "question.stem"))),
      choices: .array(texts), gold: .integer(gold), blank: true)
  }

  static func boolQ(_ line: JSONValue) throws(TaskProblem) -> TaskItem {
    let passage = try text(line["passage"], "passage")
    let question = try text(line["question"], "question")
    return try item(
      context: .string("\(passage)\n\(asked(question.hasSuffix("?") ? question : question + "?"))"),
      choices: .array([.string("no"), .string("yes")]), gold: line["answer"], blank: true)
  }

  /// The sentence up to and with each option is the context of what stands behind the blank.
  static func winoGrande(_ line: JSONValue) throws(TaskProblem) -> TaskItem {
    let parts = try text(line["sentence"], "sentence").split(
      separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw TaskProblem("the sentence has \(parts.count - 1) blanks '_', expected one")
    }
    var choices: [TaskItem.Choice] = []
    for option in ["option1", "option2"] {
      choices.append(
        .text(
          context: parts[0] + (try text(line[option], option)), continuation: String(parts[1])))
    }
    // Numbers of options are counted from 1.
    return TaskItem(choices: choices, gold: try index(line["answer"]) &- 1)
  }

  static func copa(_ line: JSONValue) throws(TaskProblem) -> TaskItem {
    var premise = try text(line["premise"], "premise")
    if premise.hasSuffix(".") { premise.removeLast() }
    let question = try text(line["question"], "question")
    guard let word = ["cause": "because", "effect": "therefore"][question] else {
      throw TaskProblem("the question is '\(question.shortened)', expected 'cause' or 'effect'")
    }
    var choices: [JSONValue] = []
    for name in ["choice1", "choice2"] {
      let choice = try text(line[name], name)
      choices.append(.string(" " + choice.prefix(1).lowercased() + choice.dropFirst()))
    }
    return try item(
      context: .string("\(premise) \(word)"), choices: .array(choices), gold: line["label"])
  }
}

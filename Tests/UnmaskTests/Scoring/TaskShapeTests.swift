import Testing

@testable import unmask

/// Lines of published benchmarks, asked as lm-evaluation-harness asks them.
@Suite struct TaskShapeTests {
  private func item(_ line: String) throws -> TaskItem { try TaskShape.item(Array(line.utf8)) }

  private func choices(_ context: String, _ continuations: String...) -> [TaskItem.Choice] {
    continuations.map { .text(context: context, continuation: $0) }
  }

  @Test func piqa() throws {
    let item = try item(
      #"{"goal": "Open a jar", "sol1": "turn the lid", "sol2": "eat it", "label": 1}"#)
    #expect(item.choices == choices("Question: Open a jar\nAnswer:", " turn the lid", " eat it"))
    #expect(item.gold == 1)
  }

  @Test func boolQ() throws {
    let item = try item(
      #"{"question": "is it red", "title": "Kites", "answer": true, "passage": "It is red."}"#)
    #expect(item.choices == choices("It is red.\nQuestion: is it red?\nAnswer:", " no", " yes"))
    #expect(item.gold == 1)
  }

  @Test func winoGrandeScoresWhatStandsBehindTheBlank() throws {
    let item = try item(
      #"{"sentence": "Ann thanked Zoe, for _ helped.", "option1": "Ann", "option2": "Zoe", "answer": "2"}"#
    )
    #expect(
      item.choices == [
        .text(context: "Ann thanked Zoe, for Ann", continuation: " helped."),
        .text(context: "Ann thanked Zoe, for Zoe", continuation: " helped."),
      ])
    #expect(item.gold == 1)
  }

  @Test(arguments: [("cause", "because"), ("effect", "therefore")])
  func copa(question: String, word: String) throws {
    let item = try item(
      #"{"premise": "It rained.", "choice1": "We got wet.", "choice2": "The sun shone.", "question": ""#
        + question + #"", "label": 0}"#)
    #expect(item.choices == choices("It rained \(word)", " we got wet.", " the sun shone."))
  }

  @Test func questionsOfARCAsFirstPublished() throws {
    let item = try item(
      #"{"id": "a", "question": {"stem": "What is hot?", "choices": [{"text": "ice", "label": "A"}, "#
        + #"{"text": "fire", "label": "B"}]}, "answerKey": "B"}"#)
    #expect(item.choices == choices("Question: What is hot?\nAnswer:", " ice", " fire"))
    #expect(item.gold == 1)
  }

  @Test(arguments: [
    (#"{"sentence": "none", "option1": "a", "option2": "b", "answer": "1"}"#, "0 blanks"),
    (#"{"sentence": "a _", "option1": "a", "option2": "b", "answer": ""}"#, "the right choice is"),
    (
      #"{"sentence": "a _", "option1": "a", "option2": "b", "answer": -9223372036854775808}"#,
      "right choice"
    ),
    (#"{"premise": "a", "choice1": "b", "choice2": "c", "question": "why", "label": 0}"#, "'why'"),
    (#"{"goal": "a", "sol1": 3, "sol2": "c", "label": 0}"#, "a choice is"),
    (#"{"question": {"stem": "a", "choices": []}, "answerKey": "A"}"#, "none of the labels"),
    (#"{"question": "a", "answerKey": "A"}"#, "question.choices is missing"),
  ])
  func whatIsWrongIsSaid(line: String, problem: String) {
    #expect {
      try item(line)
    } throws: { error in
      "\(error)".contains(problem)
    }
  }
}

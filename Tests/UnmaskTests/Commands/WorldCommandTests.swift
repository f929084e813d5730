import Testing
import _TestSupport

@Suite struct WorldCommandTests {
  @Test func generatedTextsAreJSONStringsThatTheCheckerAccepts() throws {
    let generated = try CommandRun(
      "world", "generate", "--count", "40", "--seed", "3", "--size", "small", "--kinds",
      "stories,sums,questions,people,sequences,instructions")
    #expect(generated.status == 0)
    let lines = generated.output.split(separator: "\n")
    #expect(lines.count == 40)
    #expect(lines.allSatisfy { $0.hasPrefix("\"") && $0.hasSuffix("\"") })
    let checked = try CommandRun("world", "check", "-", "--json", input: generated.output)
    #expect(checked.status == 0)
    let answers = checked.output.split(separator: "\n")
    #expect(answers.count == 40)
    #expect(answers.allSatisfy { $0.hasSuffix("\"valid\":true,\"faults\":[]}") })
  }

  @Test func theSeedDecidesTheTexts() throws {
    func output(_ seed: String) throws -> String {
      try CommandRun("world", "generate", "--count", "3", "--seed", seed).output
    }
    #expect(try output("1") == output("1"))
    #expect(try output("1") != output("2"))
  }

  @Test func aFaultHasItsPlaceAndReason() throws {
    let text =
      "Zoe has a red ball. Ben has a blue kite. Question: What color is the kite? Answer: red."
    let run = try CommandRun("world", "check", "-", "--json", input: text + "\nHello there.\n")
    #expect(
      run.output == """
        {"kind":"questions","valid":false,"faults":[{"start":83,"end":86,"reason":"the kite was blue at 28"}]}
        {"kind":null,"valid":null,"faults":[]}

        """)
    let plain = try CommandRun("world", "check", "-", input: text)
    #expect(plain.output.contains("at 83 'red': the kite was blue at 28"))
  }

  @Test func textsOfTheTrainingDataAreNamed() throws {
    let training = try CommandRun("world", "generate", "--count", "2", "--seed", "8")
    let scratch = try ScratchDirectory()
    try scratch.file("training", training.output)
    let run = try CommandRun(
      "world", "check", "-", "--json", "--training", scratch.path("training"),
      input: training.output
        + (try CommandRun("world", "generate", "--count", "1", "--seed", "9").output))
    let copies = run.output.split(separator: "\n").map { $0.hasSuffix("\"verbatim\":true}") }
    #expect(copies == [true, true, false])
  }

  @Test func entropyIsTheMeanOfWhatTheChoicesCost() throws {
    let json = try CommandRun(
      "world", "entropy", "--size", "tiny", "--kinds", "questions", "--count", "200", "--json"
    ).json()
    // Two of eight names, two of four colors, two of seven objects, one of six questions.
    let nats = try #require(json["questions"]["nats"].double)
    #expect(abs(nats - 12.0397) < 0.001)
    #expect(json["questions"]["share"].double == 1)
  }

  @Test(arguments: [
    ["generate", "--size", "huge"], ["generate", "--kinds", "poems"],
    ["generate", "--count", "-1"],
    ["generate", "--kinds", "stories:0"], ["generate", "--kinds", ""], ["entropy", "--count", "1"],
  ])
  func whatCannotBeAskedForIsAUsageError(_ arguments: [String]) throws {
    let run = try CommandRun(arguments: ["world"] + arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("unmask: ") || run.errors.hasPrefix("Error: "))
  }

  @Test func aFileThatIsMissingIsNamed() throws {
    let run = try CommandRun("world", "check", "/nonexistent/texts")
    #expect(run.status != 0)
    #expect(run.errors.contains("/nonexistent/texts"))
  }
}

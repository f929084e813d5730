import Foundation
import Testing

/// `unmask score --input`: files of questions with choices.
@Suite struct ScoreInputTests {
  /// Questions in the tokens of the formula.
  private static func tasks(_ count: Int) -> String {
    (0..<count).map { index in
      let context = [index % 11, index * 7 % 11, 3]
      let choices = [[index * 3 % 11, 5], [4], [index % 5, 1, 8]]
      return #"{"context_ids":\#(context),"choices_ids":\#(choices),"gold":\#(index % 3)}"# + "\n"
    }.joined()
  }

  private func arguments(_ path: String, _ more: String...) -> [String] {
    ["score", "--model", "exact:formula", "--input", path, "--samples", "24", "--json"] + more
  }

  @Test func countsWhatIsRight() throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.file("tasks.jsonl", Self.tasks(40))
    let run = try CommandRun(arguments: arguments(path))
    let json = try run.json()
    #expect(run.status == 0, "\(run.errors)")
    #expect(json["items"].integer == 40)
    #expect(json["complete"].value as? Bool == true)
    let results = json["results"].elements
    let correct = results.count { $0["chosen"].integer == $0["gold"].integer }
    #expect(json["correct"].integer == correct)
    #expect(json["accuracy"].double == Double(correct) / 40)
    #expect(abs(try #require(json["chance"].double) - 1 / 3.0) < 1e-5)
    for result in results {
      let values = result["nll"].elements.compactMap(\.double)
      #expect(values.indices.min { values[$0] < values[$1] } == result["chosen"].integer)
    }
    let one = try CommandRun(
      "score", "--model", "exact:formula", "--prompt-ids", "0,0,3", "--answer-ids", "4",
      "--json"
    ).json()
    #expect(results[0]["nll"][1].double == one["nll"].double, "one token needs one masking")
  }

  @Test func aRunThatWasKilledGoesOnToTheSameFigures() throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.file("tasks.jsonl", Self.tasks(60))
    let whole = try CommandRun(arguments: arguments(path))
    let results = scratch.path("results.jsonl")
    let kept = try CommandRun(arguments: arguments(path, "--results", results))
    #expect(kept.output == whole.output)
    let lines = try String(contentsOfFile: results, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 61)
    for count in [0, 1, 17, 60] {
      // What a run leaves that is killed while it writes a line.
      let rest = lines.prefix(1 + count).map { $0 + "\n" }.joined()
      try scratch.file(
        "results.jsonl", rest + String((lines.dropFirst(1 + count).first ?? "").dropLast(9)))
      let again = try CommandRun(arguments: arguments(path, "--results", results))
      #expect(again.output == whole.output)
      #expect(
        try String(contentsOfFile: results, encoding: .utf8).split(separator: "\n").count == 61)
    }
  }

  @Test func killedAtAnyMomentItGoesOnByItself() throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.file("tasks.jsonl", Self.tasks(400))
    let environment = ["XDG_STATE_HOME": scratch.path("state")]
    let whole = try CommandRun(arguments: arguments(path))
    for milliseconds in [30, 60, 90] {
      let process = CommandRun.process(arguments(path), environment: environment)
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let last = try CommandRun(arguments: arguments(path), environment: environment)
    #expect(last.output == whole.output)
    let left = try FileManager.default.contentsOfDirectory(
      atPath: scratch.path("state/unmask/scores"))
    #expect(left.isEmpty, "what is done is not kept")
  }

  @Test func resultsOfSomethingElseAreLeftAlone() throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.file("tasks.jsonl", Self.tasks(3))
    let notes = try scratch.file("notes.txt", "my notes\n")
    let run = try CommandRun(arguments: arguments(path, "--results", notes))
    #expect(run.status == 1)
    #expect(run.errors.contains("notes.txt: holds results of another model"))
    #expect(try String(contentsOfFile: notes, encoding: .utf8) == "my notes\n")
  }

  @Test func brokenLinesAreNamedAndTheOthersScored() throws {
    let scratch = try ScratchDirectory()
    let good = Self.tasks(2).split(separator: "\n").map(String.init)
    let lines = [
      good[0], #"{"context": "#, "", "[1]", #"{"a":1}"#,
      #"{"context_ids":[1],"choices_ids":[[1],[]],"gold":0}"#,
      #"{"context_ids":[1],"choices_ids":[[1],[99]],"gold":0}"#,
      #"{"context_ids":[1],"choices_ids":[[1],[2]],"gold":2}"#,
      #"{"context":"a","choices":["b","c"],"gold":0}"#, good[1],
    ]
    let path = try scratch.file("tasks.jsonl", "\u{FEFF}" + lines.joined(separator: "\r\n"))
    let run = try CommandRun(arguments: arguments(path))
    #expect(run.status == 1)
    let json = try run.json()
    #expect(json["items"].integer == 2)
    #expect(json["skipped"].elements.compactMap { $0["line"].integer } == [2, 4, 5, 6, 7, 8, 9])
    for part in [
      "line 2: not JSON", "line 4: found an array of 1, expected an object",
      "line 5: no shape of task is known with these keys",
      "line 6: choice 2: the answer is empty", "line 7: choice 2: token 99 at position 1",
      "line 8: the right choice is 2, expected 0 to 1", "line 9: the model has no tokenizer",
    ] { #expect(run.errors.contains(part), "\(part) in \(run.errors)") }
  }

  @Test(arguments: [
    #"{"query":"Lily had ten apples. By","choices":["the lake","fox kite"],"gold":0}"#,
    #"{"doc_id":0,"arguments":[["Lily had ten apples. By"," the lake"],["Lily had ten apples. By"," fox kite"]],"target":"0"}"#,
    #"{"arguments":{"gen_args_0":{"arg_0":"Lily had ten apples. By","arg_1":" the lake"},"gen_args_1":{"arg_0":"Lily had ten apples. By","arg_1":" fox kite"}},"target":0}"#,
    #"{"ctx":"Lily had ten apples. By","endings":["the lake","fox kite"],"label":"0"}"#,
    #"{"context":"Lily had ten apples. By","choices":[" the lake"," fox kite"],"gold":0,"task":"x"}"#,
  ])
  func linesThatPeopleHaveAreUnderstood(_ line: String) throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.file("tasks.jsonl", line)
    let json = try CommandRun("score", "--input", path, "--estimator", "chain-rule", "--json")
      .json()
    let expected = try CommandRun(
      "score", "--prompt", "Lily had ten apples. By", "--answer", " the lake", "--estimator",
      "chain-rule", "--json"
    ).json()
    #expect(json["accuracy"].double == 1)
    let found = try #require(json["results"][0]["nll"][0].double)
    #expect(abs(found - (expected["nll"].double ?? -1)) < 1e-4)
  }

  @Test(arguments: [
    #"{"question":"Is it?","choices":{"text":["yes","no"],"label":["A","B"]},"answerKey":"B"}"#,
    #"{"question_stem":"Is it?","choices":{"text":["yes","no"],"label":["A","B"]},"answerKey":"B"}"#,
    #"{"question":"Is it?","choices":["yes","no"],"answer":1}"#,
    #"{"question":"Is it?","choices":["yes","no"],"answer":"B"}"#,
  ])
  func questionsAreAskedAsTheHarnessDoes(_ line: String) throws {
    let scratch = try ScratchDirectory()
    let asked = #"{"context":"Question: Is it?\nAnswer:","choices":[" yes"," no"],"gold":1}"#
    let path = try scratch.file("tasks.jsonl", line + "\n" + asked)
    let json = try CommandRun("score", "--input", path, "--estimator", "chain-rule", "--json")
      .json()
    #expect(json["results"][0]["gold"].integer == 1)
    #expect(
      json["results"][0]["nll"].elements.map(\.double)
        == json["results"][1]["nll"].elements.map(\.double))
  }
}

import Foundation
import MaskedDiffusion
import Testing
import _TestSupport

/// Runs that start on a canvas from a file, and what can be recorded besides the steps.
@Suite struct GenerateStartTests {
  private static let formula = ["--model", "exact:formula", "--preset", "smdm-greedy"]

  private func generate(_ arguments: String...) throws -> [String: Any] {
    let run = try CommandRun(arguments: ["generate"] + Self.formula + ["--json"] + arguments)
    #expect(run.status == 0, "\(run.errors)")
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
    return try #require(object as? [String: Any])
  }

  @Test func aListOfTokensIsFilledIn() throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.file("draft.json", "[3, 1, 11, 4, 11, 2]")
    let result = try generate("--start", file, "--steps", "2")
    let ids = try #require(result["ids"] as? [Int])
    #expect(ids[0] == 3 && ids[1] == 1 && ids[3] == 4 && ids[5] == 2)
    #expect(!ids.contains(11))
    #expect(result["answer"] as? [Int] == [2, 5])
  }

  @Test func whatGeneratePrintsCanBeStartedFrom() throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.file(
      "draft.json", #"{"ids": [3, 1, 11, 4, 2, 11], "answer": [2, 6], "locked": [3], "text": "x"}"#)
    let result = try generate("--start", file, "--steps", "3")
    let ids = try #require(result["ids"] as? [Int])
    #expect(ids[3] == 4 && ids[4] == 2 && !ids.contains(11))
  }

  @Test func aTraceIsGoneOnWithWhereItEnds() throws {
    let scratch = try ScratchDirectory()
    let first = scratch.path("first.jsonl")
    let second = scratch.path("second.jsonl")
    let ids = "3,1,4"
    let run = try CommandRun(
      arguments: ["generate"] + Self.formula + [
        "--prompt-ids", ids, "--length", "8", "--steps", "4", "--trace", first,
      ])
    #expect(run.status == 0)
    // Half of the way, as a run that was stopped leaves it.
    let lines = try String(contentsOfFile: first, encoding: .utf8).split(separator: "\n")
    let half = try scratch.file("half.jsonl", lines.prefix(3).joined(separator: "\n") + "\n")
    let result = try generate("--start", half, "--steps", "4", "--trace", second)
    let written = try #require(result["ids"] as? [Int])
    #expect(written.count == 11 && !written.contains(11))
    let trace = try TraceFile.read(Data(contentsOf: URL(filePath: half)))
    let before = try #require(trace.steps.last).canvas
    for (position, token) in before.enumerated() where token != 11 {
      #expect(written[position] == Int(token))
    }
    let started = try TraceFile.read(Data(contentsOf: URL(filePath: second)))
    #expect(started.header.startCanvas.tokens == before)
    #expect(try CommandRun("trace", "show", second).status == 0)
  }

  @Test(arguments: [
    ("hello", "expected a trace, a JSON object with 'ids', or a JSON list of tokens"),
    (
      #"{"ids": [1, 11], "answer": [0, 9]}"#,
      "'answer' is [0, 9], expected [first, end] within 0...2"
    ),
    (#"{"ids": [1, 11], "locked": [2]}"#, "'locked' holds 2, expected positions in 0..<2"),
  ])
  func whatIsNoCanvasIsRefused(_ text: String, _ message: String) throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.file("draft", text)
    let run = try CommandRun(arguments: ["generate"] + Self.formula + ["--start", file])
    #expect(run.status == 1)
    #expect(run.errors.hasPrefix("unmask: error: \(file): \(message)"), "\(run.errors)")
  }

  @Test func aStartGoesWithNoPromptAndNoLength() throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.file("draft.json", "[3, 11]")
    for extra in [["--prompt-ids", "3"], ["--length", "4"], ["--suffix", "x"]] {
      let run = try CommandRun(arguments: ["generate"] + Self.formula + ["--start", file] + extra)
      #expect(run.status == 64, "\(extra)")
    }
  }

  @Test func logProbabilitiesAreRecordedWhereAsked() throws {
    let scratch = try ScratchDirectory()
    let file = scratch.path("run.jsonl")
    let result = try generate(
      "--prompt-ids", "3,1,4", "--length", "8", "--steps", "4", "--record", "log-probabilities",
      "--trace", file)
    let all = try #require(result["log_probabilities"] as? [String: [String: [Double]]])
    for moment in ["unmasking", "end"] {
      let found = try #require(all[moment])
      #expect(found["positions"]?.sorted() == (3..<11).map(Double.init))
      #expect(found["values"]?.count == 8)
      #expect(found["values"]?.allSatisfy { $0 <= 0 } == true)
    }
    let trace = try TraceFile.read(Data(contentsOf: URL(filePath: file)))
    let branch = RunTree(trace).branches[0]
    #expect(branch.logProbabilities.filter { $0.moment == .unmasking }.count == 4)
    for record in branch.logProbabilities where record.moment == .unmasking {
      let step = branch.steps[record.step - 1]
      for (value, unmasking) in zip(record.values, step.unmasked) {
        #expect(abs(value - log(unmasking.confidence)) < 1e-5)
      }
    }
    // The end is what `predict` says of the tokens on the last canvas.
    #expect(
      branch.logProbabilities.filter { $0.moment == .end }.map(\.positions) == [Array(3..<11)])
    #expect(try CommandRun("trace", "show", file).output.contains("log-probability at the end"))
    let plain = try CommandRun(
      arguments: ["generate"] + Self.formula + [
        "--prompt-ids", "3", "--record", "log-probabilities",
      ])
    #expect(plain.status == 64)
  }
}

import Foundation
import MaskedDiffusion
import Testing

@Suite struct GenerateCommandTests {
  private let llada = Fixture.path("llada/tiny-a")
  private let smdm = Fixture.path("smdm/tiny-a")

  // MARK: Output

  @Test func aPipeGetsTheFinalTextAndNothingElse() throws {
    let run = try CommandRun("generate", "--model", llada, "--length", "8", "Once")
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(run.output.hasPrefix("Once"))
    #expect(run.output.hasSuffix("\n"))
    #expect(!run.output.contains("\u{1B}"))
  }

  @Test func jsonHoldsTheWholeRun() throws {
    let json = try CommandRun(
      "generate", "--model", llada, "--length", "8", "--steps", "4", "--seed", "7", "--json", "Once"
    ).json()
    let prompt = try #require(json["prompt_ids"].integers)
    let ids = try #require(json["ids"].integers)
    #expect(ids.count == prompt.count + 8)
    #expect(Array(ids.prefix(prompt.count)) == prompt)
    #expect(json["text"].string?.hasPrefix("Once") == true)
    #expect(json["steps"].integer == 4)
    #expect(json["forwards"].integer == 4)
    #expect(json["reason"].string == "finished")
    #expect(json["model"]["family"].string == "llada")
    #expect(json["settings"]["preset"].string == "llada")
    #expect(json["settings"]["seed"].integer == 7)
    #expect(json["settings"]["length"].integer == 8)
  }

  @Test func tokensNeedNoTokenizerAndAreLeftAlone() throws {
    let run = try CommandRun(
      "generate", "--model", smdm, "--prompt-ids", "5, 6,7", "--length", "4", "--json")
    let json = try run.json()
    #expect(run.status == 0)
    #expect(json["prompt_ids"].integers == [5, 6, 7])
    #expect(json["ids"].integers?.count == 7)
    #expect(json["text"].isNull)
    #expect(json["settings"]["end_of_text"].string == "keep")
  }

  // MARK: Prompt

  @Test func thePromptComesFromAnArgumentAFileOrStandardInput() throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.file("prompt", "Once upon\n")
    let options = ["generate", "--model", llada, "--length", "4", "--json"]
    let typed = try CommandRun(arguments: options + ["Once upon"]).json()
    let read = try CommandRun(arguments: options + ["--prompt-file", file]).json()
    let piped = try CommandRun(arguments: options, input: "Once upon\n").json()
    #expect(typed["ids"].integers != nil)
    #expect(read["ids"].integers == typed["ids"].integers)
    #expect(piped["ids"].integers == typed["ids"].integers)
  }

  @Test func holesAreFilledAndNothingIsAppended() throws {
    let json = try CommandRun(
      "generate", "--model", llada, "--json", "a [MASK:3] b", "--suffix", " c"
    ).json()
    let prompt = try #require(json["prompt_ids"].integers)
    let ids = try #require(json["ids"].integers)
    #expect(prompt.filter { $0 == 349 }.count == 3)
    #expect(ids.count == prompt.count + (json["suffix_ids"].integers?.count ?? 0))
    #expect(json["settings"]["length"].integer == 0)
    #expect(json["answer"].integers == [1, 4])
  }

  @Test(arguments: [("a", "stop"), ("a [MASK]", "stop"), ("a [MASK] b", "forbid")])
  func aTextThatGoesOnCannotEnd(_ prompt: String, _ policy: String) throws {
    let json = try CommandRun("generate", "--model", llada, "--json", prompt).json()
    #expect(json["settings"]["end_of_text"].string == policy)
  }

  @Test func textNeedsATokenizer() throws {
    let run = try CommandRun("generate", "--model", smdm, "text")
    #expect(run.status == 64)
    #expect(
      run.errors == """
        unmask: error: \(smdm): there is no tokenizer beside the weights, text needs one
        hint: give it with --tokenizer FILE|DIR (a tokenizer.json or its directory), or give \
        tokens with --prompt-ids or --ids

        """)
  }

  // MARK: Repeatability

  @Test(arguments: ["smdm-origin", "smdm-greedy", "remdm", "p2", "fast-dllm"])
  func oneThreadOrManyGiveTheSameTokens(_ preset: String) throws {
    let options = [
      "generate", "--model", llada, "--prompt-ids", "340,114", "--length", "16", "--steps", "16",
      "--preset", preset, "--temperature", "0.8", "--seed", "3",
    ]
    let one = try CommandRun(arguments: options + ["--threads", "1"])
    let many = try CommandRun(arguments: options + ["--threads", "4"])
    #expect(one.status == 0)
    #expect(one.output == many.output)
  }

  @Test func anotherSeedGivesOtherTokens() throws {
    let options = [
      "generate", "--model", llada, "--prompt-ids", "340", "--length", "24", "--preset",
      "smdm-origin", "--steps", "8",
    ]
    let first = try CommandRun(arguments: options + ["--seed", "1"])
    let second = try CommandRun(arguments: options + ["--seed", "2"])
    #expect(first.output != second.output)
  }

  // MARK: Trace

  @Test func theTraceReplaysTheRunWithItsText() throws {
    let scratch = try ScratchDirectory()
    let file = scratch.path("run.jsonl")
    let run = try CommandRun(
      "generate", "--model", llada, "--length", "8", "--trace", file, "--candidates", "3", "Once")
    let trace = try TraceFile.read(Data(contentsOf: URL(filePath: file)))
    #expect(trace.end?.reason == "finished")
    #expect((trace.end?.text ?? "") + "\n" == run.output)
    #expect(trace.steps.allSatisfy { step in step.opinions.allSatisfy { $0.top.count == 3 } })
    let tokens = Set(trace.steps.flatMap(\.canvas)).subtracting([trace.header.maskToken])
    #expect(tokens.isSubset(of: trace.pieces.keys))
  }

  @Test(arguments: [
    ("/dev/full", "No space left on device"),
    ("/nonexistent/run.jsonl", "No such file or directory"),
    ("/", "Is a directory"),
  ])
  func aTraceThatCannotBeWrittenIsAFailure(_ path: String, _ reason: String) throws {
    let run = try CommandRun(
      "generate", "--model", llada, "--length", "4", "--trace", path, "Once")
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors == "unmask: error: \(path): cannot be written: \(reason)\n")
  }

  // MARK: Interruption

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)])
  func aSignalEndsTheRunAfterTheStep(_ signal: Int32, _ status: Int) throws {
    let scratch = try ScratchDirectory()
    let file = scratch.path("run.jsonl")
    let process = CommandRun.process([
      "generate", "--model", llada, "--prompt-ids", "340", "--length", "40", "--preset",
      "smdm-origin", "--steps", "65536", "--trace", file,
    ])
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let deadline = Date(timeIntervalSinceNow: 60)
    while Date() < deadline, ((try? Data(contentsOf: URL(filePath: file)))?.count ?? 0) < 4000 {
      usleep(10_000)
    }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let trace = try TraceFile.read(Data(contentsOf: URL(filePath: file)))
    #expect(Int(process.terminationStatus) == status)
    #expect(trace.end?.reason == "interrupted")
    #expect(trace.end?.steps == trace.steps.count)
    #expect(
      text == trace.steps.last.map { $0.canvas.map(String.init).joined(separator: ",") + "\n" })
  }
}

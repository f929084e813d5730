import Foundation
import MaskedDiffusion
import Testing
import _TestSupport

/// Several texts from one command.
@Suite struct GenerateSamplesTests {
  private struct Text: Decodable {
    var seed: UInt64?
    var ids: [Int]
    var forwards: Int
    var text: String?
  }

  private struct Texts: Decodable {
    var samples: [Text]
  }

  private func run<Output: Decodable>(_ options: String, as: Output.Type) throws -> Output {
    let run = try CommandRun(
      arguments: ["generate", "--json"] + options.split(separator: " ").map(String.init))
    try #require(run.status == 0, "\(run.errors)")
    return try JSONDecoder().decode(Output.self, from: Data(run.output.utf8))
  }

  static let options = [
    "--model exact:formula --prompt-ids 3,1,4 --length 8 --preset smdm-greedy --temperature 1",
    "--model exact:formula --prompt-ids 3,1,4 --length 8 --preset remdm --guidance 0.5",
    "--model exact:formula --prompt-ids 3,1,4 --length 8 --preset wino --temperature 1",
    "--length 24 --steps 12 --temperature 1 --guidance 0.5 --guidance-schedule linear Once",
  ]

  @Test(arguments: options) func eachIsTheTextItsSeedGivesAlone(_ options: String) throws {
    let texts = try run("--samples 3 --seed 5 \(options)", as: Texts.self).samples
    #expect(texts.map(\.seed) == [5, 6, 7])
    for text in texts {
      let alone = try run("--seed \(text.seed ?? 0) \(options)", as: Text.self)
      #expect(alone.ids == text.ids)
      #expect(alone.forwards == text.forwards)
      #expect(alone.text == text.text)
    }
    #expect(Set(texts.map(\.ids)).count > 1)
  }

  @Test func theTraceHoldsThemAsBranches() throws {
    let scratch = try ScratchDirectory()
    let path = scratch.path("trace.jsonl")
    let texts = try run(
      "--samples 3 --seed 5 --trace \(path) --record log-probabilities \(Self.options[0])",
      as: Texts.self
    ).samples
    let trace = try TraceFile.read(Data(contentsOf: URL(filePath: path)))
    let tree = RunTree(trace)
    #expect(tree.branches.map(\.name) == ["a", "b", "c"])
    #expect(tree.branches.map { $0.points[0].settings.seed } == [5, 6, 7])
    #expect(tree.branches.map { $0.canvas(at: .max).tokens.map(Int.init) } == texts.map(\.ids))
    #expect(tree.branches.allSatisfy { $0.end?.reason == "finished" })
    #expect(tree.branches.allSatisfy { $0.logProbabilities.last?.moment == .end })
    let shown = try CommandRun(arguments: ["trace", "show", path])
    #expect(shown.status == 0 && shown.output.contains("seed"))
  }

  @Test func textsStandApart() throws {
    let arguments = ["generate", "--samples", "2", "--length", "8", "--temperature", "1", "Once"]
    let run = try CommandRun(arguments: arguments)
    #expect(run.status == 0)
    #expect(run.output.components(separatedBy: "\n\n").filter { $0.contains("Once") }.count == 2)
  }

  @Test(arguments: ["0", "1025", "-1"]) func anImpossibleNumberIsRefused(_ count: String) throws {
    let run = try CommandRun(
      arguments: ["generate", "--model", "exact:formula", "--prompt-ids", "3", "--samples", count])
    #expect(run.status == 64)
    #expect(run.errors.contains("expected 1 to 1024"))
  }

  @Test func tokensAreNamedByTheirTexts() throws {
    let free = try run("--length 8 --preset llada One", as: Text.self)
    let whole = try #require(free.text)
    let second = try #require(whole.split(separator: " ").dropFirst().first)
    let arguments = [
      "generate", "--json", "--length", "8", "--preset", "llada", "--suppress", "\" \(second)\"",
      "One",
    ]
    let run = try CommandRun(arguments: arguments)
    try #require(run.status == 0, "\(run.errors)")
    let other = try JSONDecoder().decode(Text.self, from: Data(run.output.utf8))
    #expect(other.text?.split(separator: " ").dropFirst().first != second)
    #expect(run.output.contains("\"suppress_tokens\":["))
    let refused = try CommandRun(
      arguments: ["generate", "--length", "8", "--bias", "\"two words\"=1", "Once"])
    #expect(refused.status != 0)
    #expect(refused.errors.contains("expected a text that is one"))
  }
}

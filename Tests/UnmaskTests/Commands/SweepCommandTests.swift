import Foundation
import Testing

@Suite("unmask sweep")
struct SweepCommandTests {
  private static let base = [
    "sweep", "closed-world-tiny-1m", "--data", "world:tiny", "--texts", "6", "--kinds", "sums",
    "--steps", "2,6",
    "--judge-samples", "4", "--threads", "1",
  ]

  @Test func everyCombinationIsACell() throws {
    let run = try CommandRun(
      arguments: Self.base + ["--strategy", "low-confidence,remdm:rule=loop,eta=0.03", "--json"])
    #expect(run.status == 0, "\(run.errors)")
    let cells = try run.json()["cells"].elements
    #expect(cells.map { $0["settings"]["steps"].integer } == [2, 6, 2, 6])
    #expect(
      cells.compactMap { $0["settings"]["strategy"].string } == [
        "low-confidence", "low-confidence", "remdm:eta=0.03,rule=loop", "remdm:eta=0.03,rule=loop",
      ])
    for cell in cells {
      #expect(cell["texts"].integer == 6 && cell["valid"]["total"].integer == 6)
      let interval = cell["valid"]["interval"]
      let share = try #require(cell["valid"]["share"].double)
      #expect(try #require(interval[0].double) <= share && share <= #require(interval[1].double))
      #expect(try #require(cell["nll_per_token"].double) > 0)
      #expect(try #require(cell["forwards_per_text"].double) <= 6)
    }
  }

  /// What is written together is what each text would be alone.
  @Test func sharedForwardsChangeNothing() throws {
    func figures(_ batch: String) throws -> [[Double?]] {
      try CommandRun(arguments: Self.base + ["--batch", batch, "--json"]).json()["cells"].elements
        .map { cell in
          ["tokens", "distinct", "nll_per_token", "forwards_per_text", "visits_per_token"]
            .map { cell[$0].double } + [cell["valid"]["count"].double]
        }
    }
    let alone = try figures("1")
    #expect(alone.count == 2)
    #expect(try figures("1024") == alone)
  }

  @Test func aSweepThatWasKilledGoesOnToTheSameFigures() throws {
    let scratch = try ScratchDirectory()
    let results = scratch.path("texts.jsonl")
    let arguments = Self.base + ["--results", results, "--csv", "--batch", "64"]
    let whole = try CommandRun(arguments: arguments)
    let lines = try String(contentsOfFile: results, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 13)
    let columns = whole.output.split(separator: "\r\n")
    #expect(columns.count == 3 && columns[0].hasPrefix("model,kind,steps,texts,valid,"))
    for count in [0, 5, 11] {
      let rest = lines.prefix(1 + count).map { $0 + "\n" }.joined()
      try scratch.file("texts.jsonl", rest + String(lines[1 + count].dropLast(9)))
      let again = try CommandRun(arguments: arguments)
      // Seconds are measured anew where texts were written anew.
      func figures(_ output: String) -> [Substring] {
        output.split(separator: "\r\n").map { $0[..<($0.lastIndex(of: ",") ?? $0.endIndex)] }
      }
      #expect(figures(again.output) == figures(whole.output))
    }
    let other = try CommandRun(
      arguments: Self.base + ["--results", results, "--judge-samples", "2", "--batch", "64"])
    #expect(other.status == 1 && other.errors.contains("holds results of another"))
  }

  @Test func figuresAreDrawn() throws {
    let scratch = try ScratchDirectory()
    let path = scratch.path("figure.svg")
    let arguments = Self.base + ["--chart", "--svg", path]
    let run = try CommandRun(arguments: arguments)
    #expect(run.output.contains("steps, equal distances are equal ratios"), "\(run.errors)")
    #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("<svg"))
    try scratch.file("figure.svg", "my notes")
    let refused = try CommandRun(arguments: arguments)
    #expect(refused.status == 1 && refused.errors.contains("holds something else than a figure"))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "my notes")
  }

  @Test(arguments: [
    (["--steps", "4,x"], 64, "steps is 'x'"), (["--steps", "0"], 64, "steps is 0"),
    (["--strategy", "best"], 64, "best"), (["--texts", "0"], 64, "texts is 0"),
    (["--data", "world:huge"], 64, "there is no world:huge"),
    (["--data", "texts.txt"], 64, "data is 'texts.txt', expected a world"),
    (["--kinds", "poems"], 64, "there is no kind 'poems'"),
    (["--json", "--csv"], 64, "--json and --csv exclude each other"),
    (["--prompts", "/nonexistent"], 1, "/nonexistent: cannot be read"),
  ])
  func saysWhatIsWrong(_ arguments: [String], _ status: Int, _ message: String) throws {
    let run = try CommandRun(arguments: ["sweep", "closed-world-tiny-1m"] + arguments)
    #expect(Int(run.status) == status)
    #expect(run.errors.contains(message), "\(run.errors)")
  }
}

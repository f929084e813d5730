import Foundation
import Testing

@Suite struct RaceCommandTests {
  @Test func whatIsSpentIsCounted() throws {
    let json = try CommandRun(
      "race", "closed-world-3m", "--step-counts", "4,8", "--texts", "2", "--length", "24", "--json",
      "--prompt", "It was the birthday"
    ).json()
    let results = json["results"].elements
    #expect(results.map { $0["steps"].integer } == [4, 8])
    for (result, steps) in zip(results, [4, 8]) {
      let forwards = try #require(result["forwards"].integer)
      #expect(forwards <= 2 * steps && forwards > 0)
      // Every pass computes the whole canvas: the prompt and 24 positions.
      #expect(try #require(result["visits"].integer) % forwards == 0)
      #expect(try #require(result["visits"].integer) / forwards > 24)
      #expect(try #require(result["nll_per_token"].double) > 0)
    }
  }

  @Test func aCacheVisitsFewerPositions() throws {
    let base = [
      "race", "closed-world-3m", "--step-counts", "24", "--texts", "1", "--length", "48", "--json",
    ]
    let plain = try CommandRun(arguments: base).json()["results"][0]
    let cached = try CommandRun(
      arguments: base + ["--preset", "llada", "--block-length", "16", "--cache", "prefix"]
    ).json()["results"][0]
    let visits = [plain, cached].compactMap { $0["visits"].integer }
    #expect(visits.count == 2 && visits[1] < visits[0])
  }

  /// A twin with its cache computes each position once.
  @Test func aTwinThatWritesInOrderIsCounted() throws {
    let twin = try PlantedModel.twin()
    let json = try CommandRun(
      "race", "closed-world-3m", twin.path, "--step-counts", "4", "--texts", "1", "--length", "24",
      "--json", "--prompt", "It was the birthday", "--end-of-text", "keep"
    ).json()
    let own = json["results"][1]
    #expect(own["steps"].isNull)
    #expect(own["forwards"].integer == 24)
    // 24 tokens and the prompt, the last one never read.
    let visits = try #require(own["visits"].integer)
    #expect(visits >= 24 && visits < 24 + 12, "\(visits)")
  }

  /// Steps are for the model that takes them, whichever is named first.
  @Test func theTableOfATwinNamedFirstHasTheStepsAndFits() throws {
    let run = try CommandRun(
      "race", "closed-world-tiny-1m-ar", "closed-world-tiny-1m", "--step-counts", "8", "--texts",
      "2", "--no-live")
    let lines = run.output.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(run.output)")
    #expect(lines.contains { $0.hasPrefix("closed-world-tiny-1m ") && $0.contains(" 8 ") })
    let alone = try CommandRun("race", "closed-world-tiny-1m-ar", "--step-counts", "8")
    #expect(alone.status == 64 && alone.errors.contains("--step-counts is for models with masks"))
  }

  @Test(arguments: [
    (["--step-counts", "4,x"], "step-counts is '4,x', expected numbers"),
    (["--step-counts", ""], "step-counts is ''"),
    (["--texts", "0"], "texts is 0"), (["a", "b", "c"], "3 models, expected one or two"),
  ])
  func saysWhatIsWrong(_ arguments: [String], _ message: String) throws {
    let run = try CommandRun(arguments: ["race"] + arguments)
    #expect(run.status == 64)
    #expect(run.errors.hasPrefix("unmask: error: \(message)"), "\(run.errors)")
  }
}

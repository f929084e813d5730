import Foundation
import Testing

@Suite struct ScoreCommandTests {
  /// A model that writes from left to right says the likelihood itself, in one pass.
  @Test func aScoreHasNoPerplexity() throws {
    let base = ["score", "--model", "exact:formula", "--prompt-ids", "4", "--answer-ids", "5"]
    let plain = try CommandRun(arguments: base).output
    let guided = try CommandRun(arguments: base + ["--guidance", "1"]).output
    #expect(plain.contains("perplexity") && plain.contains("nats, 1 token\n"), "\(plain)")
    #expect(!guided.contains("perplexity"), "\(guided)")
  }

  @Test(arguments: ["causal/smdm-b", "causal/qwen2-a"])
  func modelsThatWriteInOrderAreScoredAsPublished(_ name: String) throws {
    for sample in try Fixture.json("\(name)/likelihood.json")["cases"].elements.prefix(4) {
      func list(_ key: String) -> String {
        (sample[key].integers ?? []).map(String.init).joined(separator: ",")
      }
      let json = try CommandRun(
        "score", "--model", Fixture.path(name), "--precision", "f32", "--prompt-ids",
        list("prefix"), "--answer-ids", list("target"), "--json"
      ).json()
      let expected = try #require(
        sample["nll"].double ?? sample["log_likelihood"].double.map { -$0 })
      let found = try #require(json["nll"].double)
      #expect(abs(found - expected) < 1e-3 + 1e-4 * expected)
      #expect(json["standard_error"].double == 0)
    }
  }

  @Test(arguments: [
    (["--answer-ids", "5,6"], "the prompt is empty"),
    (
      ["--prompt-ids", "4", "--answer-ids", "5", "--guidance", "1"],
      "has no mask to hide the prompt"
    ),
  ])
  func whatOrderCannotDoIsSaid(_ arguments: [String], _ message: String) throws {
    let run = try CommandRun(
      arguments: ["score", "--model", Fixture.path("causal/smdm-b")] + arguments)
    #expect(run.status == 64 && run.errors.contains(message), "\(run.errors)")
  }

  private let formula = ["score", "--model", "exact:formula", "--prompt-ids", "3,1,4"]

  @Test(arguments: [
    ("chain-rule", 0.0, 18.344133), ("chain-rule", 0.8, 40.697372), ("exact", 0, 17.909376),
    ("exact", 0.8, 29.807278),
  ])
  func valuesAreThoseOfTheFormula(_ estimator: String, _ guidance: Double, _ value: Double) throws {
    let json = try CommandRun(
      arguments: formula + [
        "--answer-ids", "5,9,2", "--estimator", estimator, "--guidance", "\(guidance)", "--json",
      ]
    ).json()
    #expect(abs(try #require(json["nll"].double) - value) < 2e-5)
    #expect(json["standard_error"].double == 0)
    #expect(json["setting"]["value"].string == (guidance > 0 ? "score" : "nll"))
    let tokens = json["tokens"].elements
    #expect(tokens.compactMap { $0["id"].integer } == [5, 9, 2])
    #expect(abs(tokens.compactMap { $0["nll"].double }.reduce(0, +) - value) < 3e-5)
  }

  @Test(arguments: ["monte-carlo", "exact-count", "orders"])
  func estimatesHaveAnErrorAndDependOnTheSeedAlone(_ estimator: String) throws {
    let arguments =
      formula + ["--answer-ids", "5,9,2", "--estimator", estimator, "--samples", "640", "--json"]
    let run = try CommandRun(arguments: arguments)
    let json = try run.json()
    let error = try #require(json["standard_error"].double)
    #expect(abs(try #require(json["nll"].double) - 17.909376) < 3 * error)
    #expect(try CommandRun(arguments: arguments).output == run.output)
    #expect(try CommandRun(arguments: arguments + ["--seed", "1"]).output != run.output)
  }

  @Test(arguments: ["smdm/tiny-a", "smdm/tiny-b"])
  func chainRulesAreThoseOfTheReference(_ name: String) throws {
    for sample in try Fixture.json("\(name)/likelihood.json")["chain_rule"].elements.prefix(6) {
      let json = try CommandRun(
        "score", "--model", Fixture.path(name), "--precision", "f32", "--estimator", "chain-rule",
        "--prompt-ids", Self.list(sample["prefix_ids"]), "--answer-ids",
        Self.list(sample["target_ids"]), "--guidance", "\(sample["cfg"].double ?? 0)", "--json"
      ).json()
      let expected = try #require(sample["nll_sum"].double)
      #expect(abs(try #require(json["nll"].double) - expected) < 1e-3 + 1e-4 * expected)
    }
  }

  private static func list(_ ids: JSONObject) -> String {
    (ids.integers ?? []).map(String.init).joined(separator: ",")
  }

  @Test func aTextIsCutWhereTheTokensOfTheWholeAre() throws {
    let json = try CommandRun(
      "score", "--prompt", "Once upon ", "--answer", "a time", "--estimator", "chain-rule", "--json"
    ).json()
    let tokens = json["tokens"].elements.compactMap { $0["text"].string }
    #expect(tokens.joined() == " a time")
  }

  @Test func guidedValuesAreCalledScores() throws {
    let plain = try CommandRun(arguments: formula + ["--answer-ids", "5", "--estimator", "exact"])
    let guided = try CommandRun(
      arguments: formula + ["--answer-ids", "5", "--estimator", "exact", "--guidance", "1"])
    #expect(plain.output.hasPrefix("bound of the negative log likelihood, exact\n"))
    #expect(guided.output.hasPrefix("score, exact, guidance 1.0\n"))
    #expect(!guided.output.contains("likelihood"))
  }

  @Test(arguments: [
    (["--answer-ids", ""], "the answer is empty, expected at least one token"),
    (["--answer-ids", "13"], "token 13 at position 3 is outside the embedding, expected 0...12"),
    (["--answer-ids", "11"], "token 11 at position 0 of the answer is the mask"),
    (["--answer-ids", "5", "--answer", "x"], "text and tokens are mixed"),
    (["--answer-ids", "5", "--samples", "0"], "samples is 0, expected 1 to 1000000"),
    (["--answer-ids", "5", "--guidance", "-1"], "guidance is -1.0, expected 0 to 100"),
    (["--answer-ids", "5", "--estimator", "exakt"], "there is no estimator called 'exakt'"),
    (
      ["--answer-ids", "1,2,3,4,5,6,7,8,9,1,2,3,4", "--estimator", "exact"],
      "the answer has 13 tokens, expected at most 12 to try every way to mask them"
    ),
    ([], "there is no answer"),
  ])
  func saysWhatIsWrong(_ arguments: [String], _ message: String) throws {
    let run = try CommandRun(arguments: formula + arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("unmask: error: \(message)"), "\(run.errors)")
  }
}

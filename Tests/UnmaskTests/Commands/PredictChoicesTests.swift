import Foundation
import Testing

/// `unmask predict --choices`: answers compared at the masks of one canvas.
@Suite struct PredictChoicesTests {
  @Test func sharesAreThoseOfTheConditionalProbabilities() throws {
    // Ada on the first chair: Ben is on the second in 0.3 of 0.5 cases, Cleo in 0.2.
    let json = try CommandRun(
      "predict", "--model", "exact:permutations", "--json", "--choices", "Ben,Cleo,Ada",
      "Ada [MASK:2]"
    ).json()
    let shares = json["choices"].elements.compactMap { $0["probability"].double }
    #expect(shares == [0.6, 0.4, 0])
    #expect(json["best"].integer == 0)
    #expect(json["position"].integer == 1)
  }

  @Test func anEmptyChoiceIsNamed() throws {
    let run = try CommandRun("predict", "--choices", "kite,,boat", "Mia has a")
    #expect(run.status == 64)
    #expect(run.errors.contains("choice 2 of 3 is empty"), "\(run.errors)")
  }

  @Test func masksAreAddedWhereThereAreNone() throws {
    let json = try CommandRun(
      "predict", "--json", "--choices", "the lake,fox kite", "Lily had ten apples. By"
    ).json()
    #expect(json["best"].integer == 0)
    let choices = json["choices"].elements
    #expect(choices.allSatisfy { $0["ids"].elements.count == 2 })
    #expect(abs(choices.compactMap { $0["probability"].double }.reduce(0, +) - 1) < 1e-5)
  }

  @Test func tokensNeedNoTokenizer() throws {
    let json = try CommandRun(
      "predict", "--model", "exact:formula", "--ids", "3,11,4", "--choices", "5,9", "--json"
    ).json()
    #expect(json["choices"].elements.map { $0["ids"].integers } == [[5], [9]])
    let all = try CommandRun(
      "predict", "--model", "exact:formula", "--ids", "3,11,4", "--top", "12", "--json"
    ).json()["positions"][0]["candidates"].elements
    let p = [5, 9].map { id in
      all.first { $0["id"].integer == id }.flatMap { $0["probability"].double } ?? 0
    }
    let share = try #require(json["choices"][0]["probability"].double)
    #expect(abs(share - p[0] / (p[0] + p[1])) < 1e-3)
  }

  @Test(arguments: [
    (["--choices", "Ada"], "1 choice, expected 2 or more"),
    (["--choices", "Ada Ben,Cleo"], "choice 'Ada Ben' has 2 tokens, expected at most the 1 masks"),
    (["--choices", "Ada,"], "choice 2 of 2 is empty"),
  ])
  func saysWhatIsWrong(_ arguments: [String], _ message: String) throws {
    let run = try CommandRun(
      arguments: ["predict", "--model", "exact:permutations"] + arguments + ["[MASK] Ben"])
    #expect(run.status == 64)
    #expect(run.errors.hasPrefix("unmask: error: \(message)"), "\(run.errors)")
  }
}

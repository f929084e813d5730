import Foundation
import MaskedDiffusion
import Testing

@Suite struct PermutationModelTests {
  private let model = PermutationModel(parameters: [:])

  private func probabilities(_ tokens: [TokenID], at position: Int) throws -> [Double] {
    let request = PredictionRequest(rows: [PredictionRow(tokens: tokens, wanted: [position])])
    return try model.prediction(for: request).rows[0].values.map { exp(Double($0)) }
  }

  @Test func everyOrderOfAskingGivesTheJointProbability() throws {
    for (children, probability) in PermutationModel.orders {
      for chairs in PermutationModel.orders.map(\.children) {
        var tokens: [TokenID] = [3, 3, 3]
        var product = 1.0
        for chair in chairs.map(Int.init) {
          product *= try probabilities(tokens, at: chair)[Int(children[chair])]
          tokens[chair] = children[chair]
        }
        #expect(abs(product - probability) < 1e-6)
      }
    }
  }

  @Test func namesTheRowsThatCannotBe() throws {
    for (children, _) in PermutationModel.orders {
      #expect(model.contradictions(in: children + children) == [])
    }
    let found = try #require(model.contradictions(in: [0, 1, 0, 2, 1, 0, 1, 1, 1, 2, 2]))
    #expect(found.map(\.positions) == [0...2, 6...8, 9...10])
    #expect(found[0].reason == "Ada sits on two chairs of row 1")
    #expect(found[2].reason == "Cleo sits on two chairs of row 4")
    #expect(model.contradictions(in: []) == [])
    #expect(FormulaModel(parameters: [:]).contradictions(in: [0]) == nil)
  }

  @Test func roundsDoNotKnowOfEachOther() throws {
    let alone = try probabilities([3, 3, 3], at: 1)
    #expect(try probabilities([0, 1, 2, 3, 3, 3], at: 4) == alone)
  }

  @Test func contradictionsAndLooksAtAKnownChairHaveAnAnswer() throws {
    let alone = try probabilities([3, 3, 3], at: 2)
    #expect(try probabilities([1, 1, 3], at: 2) == alone)
    #expect(try probabilities([3, 3, 0], at: 2) == alone)
  }

  @Test func oneTokenAtATimeIsAlwaysRightAndAllAtOnceOftenWrong() throws {
    func faults(steps: Int) throws -> Int {
      var settings = try PresetRegistry.preset(named: "llada-random").settings(forLength: 3)
      settings.temperature = 1
      settings.steps = steps
      settings.blockLength = 3
      return try (0..<200).count { seed in
        settings.seed = UInt64(seed)
        var sampler = try Sampler(
          predictor: model, canvas: Canvas(prompt: [], length: 3, maskToken: 3),
          settings: settings)
        while try sampler.step() != nil {}
        return Set(sampler.state.canvas.tokens).count < 3
      }
    }
    #expect(try faults(steps: 3) == 0)
    // Independent draws are distinct with probability Σ Π p = 0.2625.
    #expect((120...175).contains(try faults(steps: 1)))
  }
}

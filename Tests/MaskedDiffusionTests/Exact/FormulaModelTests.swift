import MaskedDiffusion
import Testing
import _TestSupport

@Suite struct FormulaModelTests {
  private let canvas: [TokenID] = [3, 1, 4, 11, 0, 11, 7, 11]

  @Test(arguments: [false, true]) func agreesWithTheDenoiserOfTheTests(_ isShifted: Bool) throws {
    let model = FormulaModel(parameters: ["shift": .number(isShifted ? 1 : 0)])
    let request = PredictionRequest(rows: [PredictionRow(tokens: canvas, wanted: [0, 3, 7])])
    let expected = try ScriptedPredictor.hashing(isShifted: isShifted).prediction(for: request)
    #expect(try model.prediction(for: request).rows == expected.rows)
  }

  @Test func countsOnlyWhatCanBeSeenByItsPositionNumber() throws {
    let model = FormulaModel(parameters: [:])
    let whole = PredictionRow(tokens: [3, 1, 11], wanted: [2])
    let hidden = PredictionRow(
      tokens: [3, 9, 1, 11], wanted: [3], positionIDs: [0, 7, 1, 2],
      attendable: [true, false, true, true])
    let rows = try model.prediction(for: PredictionRequest(rows: [whole, hidden])).rows
    #expect(rows[0].values == rows[1].values)
  }

  @Test func countsNeitherWhatAPatternNorWhatAGroupHides() throws {
    let model = FormulaModel(parameters: [:])
    let short = PredictionRow(tokens: [3, 1, 11], wanted: [1])
    let causal = PredictionRow(
      tokens: [3, 1, 11, 5], wanted: [1], attention: .blockCausal(length: 3))
    let grouped = PredictionRow(
      tokens: [3, 1, 11, 5], wanted: [1],
      groups: AttentionGroups(memberships: [0, 0, 0, 1], hidden: [1, 1, 1, 0]))
    let rows = try model.prediction(for: PredictionRequest(rows: [short, causal, grouped])).rows
    #expect(rows[0].values == rows[1].values)
    #expect(rows[0].values == rows[2].values)
  }

  @Test func readsPaddingButNothingBeyond() {
    let model = FormulaModel(parameters: [:])
    #expect(throws: Never.self) {
      try model.prediction(for: PredictionRequest(rows: [PredictionRow(tokens: [12, 11])]))
    }
    #expect(throws: PredictionError.tokenOutOfRange(token: 13, position: 1, embeddingCount: 13)) {
      try model.prediction(for: PredictionRequest(rows: [PredictionRow(tokens: [11, 13])]))
    }
  }

  @Test func modelsAreFoundByName() throws {
    #expect(try ExactModelRegistry.model(named: "tiny") == nil)
    let model = try #require(try ExactModelRegistry.model(named: "exact:formula:end=5"))
    #expect(model.endOfTextTokens == [5])
    #expect(
      throws: SamplerError.unknownAlgorithm(
        kind: "exact model", name: "formul", nearest: "formula")
    ) { try ExactModelRegistry.model(named: "exact:formul") }
    #expect(throws: SamplerError.self) {
      try ExactModelRegistry.model(named: "exact:formula:shift=2")
    }
  }
}

import MaskedDiffusion
import Models
import Testing
import _TestSupport

/// Keys and values of models that see no later block.
@Suite struct OrderedCacheTests {
  static let models = [
    "sdar/tiny-a", "causal/qwen2-a", "causal/smdm-b", "fast-dllm-v2/tiny-untied",
  ]

  func predictor(_ model: String) throws -> any MaskPredictor {
    try LoadedModel(
      ModelDirectory(path: Fixture.path(model)), options: ModelOptions(precision: .float32)
    ).predictor
  }

  /// Positions whose logits a step may want, in the order of a run that also goes back.
  static let edits: [(place: Int, token: TokenID, wanted: [Int])] = [
    (0, 7, [4, 5, 6, 7]), (5, 9, [4, 5, 6, 7]), (6, 3, [4, 7]), (7, 2, [8]), (8, 4, [9, 10, 11]),
    (20, 6, [20]), (6, 11, [8, 9]), (2, 1, [40]), (47, 8, [47]),
  ]

  @Test(arguments: models) func changesNothing(model: String) throws {
    let predictor = try predictor(model)
    let cache = try #require(predictor.makeCache())
    var tokens = (0..<48).map { TokenID($0 * 37 % 100 + 5) }
    for edit in Self.edits {
      tokens[edit.place] = edit.token
      let plain = PredictionRow(tokens: tokens, wanted: edit.wanted)
      var cached = plain
      cached.cache = CacheUse(cache: cache)
      let expected = try predictor.prediction(for: PredictionRequest(rows: [plain])).rows[0]
      let found = try predictor.prediction(for: PredictionRequest(rows: [cached])).rows[0]
      #expect(found.positions == expected.positions)
      for (a, b) in zip(found.values, expected.values) { #expect(abs(a - b) < 1e-4) }
    }
  }

  @Test func whatFollowsTheBlockDoesNotMatter() throws {
    let predictor = try predictor("sdar/tiny-a")
    let first = PredictionRow(tokens: [1, 2, 3, 4, 5, 6], wanted: [2])
    let second = PredictionRow(tokens: [1, 2, 3, 4], wanted: [2])
    let answers = try predictor.prediction(for: PredictionRequest(rows: [first, second]))
    #expect(answers.rows[0] == answers.rows[1])
  }

  @Test func positionsThatHideAGroupDoNotSeeIt() throws {
    let predictor = try predictor("qwen3/tiny-a")
    let tokens: [TokenID] = [5, 8, 13, 21, 34]
    // A stand-in for position 1 behind the text: it sees all but position 1, and nobody sees it.
    let asked = PredictionRow(
      tokens: tokens + [predictor.maskToken], positionIDs: [0, 1, 2, 3, 4, 1],
      groups: AttentionGroups(memberships: [0, 2, 0, 0, 0, 1], hidden: [1, 1, 1, 1, 1, 2]))
    let rows = [
      asked, PredictionRow(tokens: tokens),
      PredictionRow(tokens: asked.tokens, positionIDs: asked.positionIDs),
    ]
    let answers = try predictor.prediction(for: PredictionRequest(rows: rows)).rows
    for row in 0..<5 {
      for (a, b) in zip(answers[0][row: row], answers[1][row: row]) { #expect(abs(a - b) < 1e-4) }
    }
    // Where nothing is hidden, the others see the stand-in and it sees position 1.
    for row in 0..<6 {
      #expect(zip(answers[0][row: row], answers[2][row: row]).contains { abs($0 - $1) > 1e-3 })
    }
  }
}

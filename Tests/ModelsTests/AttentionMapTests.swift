import MaskedDiffusion
import Models
import Testing
import _TestSupport

/// Who attends to whom, and positions that see exactly what they are told.
@Suite struct AttentionMapTests {
  private func predictor(_ model: String, threads: Int? = nil) throws -> any MaskPredictor {
    try LoadedModel(
      ModelDirectory(path: Fixture.path(model)),
      options: ModelOptions(precision: .float32, threadCount: threads)
    ).predictor
  }

  /// Transformers 4.57.0, PyTorch 2.15.0, `output_attentions`: the mean over the heads of the last layer
  /// and of both.
  static let published: [(model: String, share: Double, weights: [Float])] = [
    (
      "causal/qwen3-a", 0.5,
      [
        1, 0, 0, 0, 0, 0, 0.534123, 0.465877, 0, 0, 0, 0, 0.228672, 0.415554, 0.355774, 0, 0, 0,
        0.267552, 0.406967, 0.271593, 0.053889, 0, 0, 0.366035, 0.100600, 0.308173, 0.106496,
        0.118696, 0, 0.116913, 0.109159, 0.089970, 0.273149, 0.087320, 0.323490,
      ]
    ),
    (
      "causal/qwen3-a", 1,
      [
        1, 0, 0, 0, 0, 0, 0.514843, 0.485157, 0, 0, 0, 0, 0.365287, 0.402745, 0.231968, 0, 0, 0,
        0.303172, 0.300564, 0.242450, 0.153813, 0, 0, 0.300355, 0.093053, 0.303330, 0.112308,
        0.190954, 0, 0.096471, 0.058767, 0.193644, 0.206896, 0.139053, 0.305169,
      ]
    ),
    (
      "causal/qwen2-a", 0.1,
      [
        1, 0, 0, 0, 0, 0, 0.320045, 0.679955, 0, 0, 0, 0, 0.346563, 0.253909, 0.399528, 0, 0, 0,
        0.172084, 0.137219, 0.302731, 0.387967, 0, 0, 0.238767, 0.237017, 0.153413, 0.196450,
        0.174353, 0, 0.116573, 0.264866, 0.229120, 0.308282, 0.055084, 0.026074,
      ]
    ),
  ]

  @Test(arguments: published.indices, [1, 3]) func agreeWithTransformers(
    _ index: Int, _ threads: Int
  ) throws {
    let (model, share, weights) = Self.published[index]
    let predictor = try predictor(model, threads: threads)
    var row = PredictionRow(tokens: [5, 8, 13, 21, 34, 55], wanted: [5], attention: .causal)
    row.attentionShare = share
    let other = PredictionRow(tokens: [1, 2, 3], attention: .causal)
    let answer = try predictor.prediction(for: PredictionRequest(rows: [other, row], isRaw: true))
    #expect(answer.attention.count == 2 && answer.attention[0] == nil)
    let map = try #require(answer.attention[1])
    for (found, expected) in zip(map.weights, weights) { #expect(abs(found - expected) < 2e-6) }
    // Nothing is said where nothing was asked, and the logits are the same.
    row.attentionShare = nil
    let plain = try predictor.prediction(for: PredictionRequest(rows: [other, row], isRaw: true))
    #expect(plain.attention.isEmpty)
    #expect(plain.rows == answer.rows)
  }

  static let models = ["llada/tiny-kq", "sdar/tiny-a", "smdm/tiny-gqa", "qwen3/tiny-a"]

  /// Every position sees itself and what comes before: another way to say causal.
  @Test(arguments: models) func positionsSeeWhatTheyAreTold(_ model: String) throws {
    let predictor = try predictor(model)
    let tokens = (0..<11).map { TokenID($0 * 37 % 100 + 5) }
    let causal = PredictionRow(tokens: tokens, attention: .causal)
    for pattern in [AttentionPattern.full, .blockCausal(length: 4), .causal] {
      var told = PredictionRow(tokens: tokens, attention: pattern)
      for position in tokens.indices { told.sights[position] = [0..<position + 1] }
      var some = told
      some.wanted = [2, 9]
      let answers = try predictor.prediction(for: PredictionRequest(rows: [causal, told, some]))
        .rows
      expectEqual(answers[1].values, answers[0].values)
      expectEqual(Array(answers[2][row: 1]), Array(answers[0][row: 9]))
    }
  }

  /// A draft that is read from left to right with masks beside it, all in one pass, against one pass for
  /// each mask.
  @Test(arguments: models) func aSecondLookIsOnePassForEachMask(_ model: String) throws {
    let predictor = try predictor(model)
    let text: [TokenID] = [7, 21, 64, 8, 30], draft: [TokenID] = [3, 50, 17]
    let mask = predictor.maskToken
    let pattern = AttentionPattern.blockCausal(length: 64, firstLength: 5)
    var together = PredictionRow(
      tokens: text + draft + [mask, mask, mask], wanted: [8, 9, 10],
      positionIDs: Array(0..<8) + [5, 6, 7], attention: pattern)
    for index in 0..<3 {
      together.sights[5 + index] = [0..<6 + index]
      together.sights[8 + index] = [0..<5 + index, 8 + index..<9 + index]
    }
    let answer = try predictor.prediction(for: PredictionRequest(rows: [together])).rows[0]
    for index in 0..<3 {
      var alone = PredictionRow(
        tokens: text + draft[..<index] + [mask], wanted: [5 + index], attention: pattern)
      for position in 5...5 + index { alone.sights[position] = [0..<position + 1] }
      let logits = try predictor.prediction(for: PredictionRequest(rows: [alone])).rows[0]
      expectEqual(Array(answer[row: index]), logits.values)
    }
  }

  private func expectEqual(_ found: [Float], _ expected: [Float]) {
    #expect(found.count == expected.count)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test func whatIsNotKeptIsRefused() throws {
    let predictor = try predictor("llada/tiny-kq")
    var row = PredictionRow(tokens: [1, 2, 3])
    row.sights[1] = [0..<2]
    row.cache = predictor.makeCache().map { CacheUse(cache: $0) }
    #expect(throws: PredictionError.self) {
      try predictor.prediction(for: PredictionRequest(rows: [row]))
    }
  }
}

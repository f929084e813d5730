import Kernels
import Models
import MaskedDiffusion
import Testing
import _TestSupport

/// Every checkpoint of the fixtures against the logits of its reference implementation.
@Suite struct ModelLogitsTests {
  static let models = [
    "smdm/tiny-a", "smdm/tiny-b", "smdm/tiny-gqa", "llada/tiny-a", "llada/tiny-kq",
    "llada/tiny-sharded",
  ]

  static let others = [
    "causal/llama3-rope", "causal/qwen2-a", "causal/qwen3-a", "causal/smdm-b", "dream/tiny-a",
    "qwen3/tiny-a", "qwen2/tiny-untied", "bd3lm/qwen3-a", "bd3lm/qwen2-a", "sdar/tiny-untied",
    "sdar/tiny-a", "fast-dllm-v2/tiny-untied",
  ]

  func load(_ model: String, _ precision: ModelOptions.Precision = .float32) throws -> LoadedModel {
    try LoadedModel(
      ModelDirectory(path: Fixture.path(model)), options: ModelOptions(precision: precision))
  }

  @Test(arguments: models + others) func agreesWithTheReference(model: String) throws {
    let golden = try GoldenLogits(model)
    let predictor = try load(model).predictor
    for testCase in golden.cases {
      let prediction = try predictor.prediction(for: testCase.request)
      let worst = try golden.worstDifference(of: prediction, in: testCase)
      #expect(worst <= 1, "\(testCase.name)")
    }
  }

  @Test(arguments: Kernels.InstructionSet.supported)
  func agreesWithTheReferenceWithEveryInstructionSet(set: Kernels.InstructionSet) throws {
    for model in ["smdm/tiny-gqa", "llada/tiny-kq", "dream/tiny-a"] {
      var options = ModelOptions(precision: .float32)
      options.instructionSet = set
      let golden = try GoldenLogits(model)
      let predictor = try LoadedModel(
        ModelDirectory(path: Fixture.path(model)), options: options
      ).predictor
      for testCase in golden.cases {
        let prediction = try predictor.prediction(for: testCase.request)
        let worst = try golden.worstDifference(of: prediction, in: testCase)
        #expect(worst <= 1, "\(model) \(testCase.name)")
      }
    }
  }

  @Test(arguments: ["tiny-a", "tiny-b", "tiny-gqa"])
  func agreesWithTheReferenceWithoutRoundedRotations(model: String) throws {
    let golden = try GoldenLogits("smdm/\(model)")
    let scratch = try ScratchDirectory()
    let path = try scratch.model(
      "smdm/\(model)", weights: "mdm-\(model).safetensors",
      changing: ["rope_cache_dtype": "float32"])
    let loaded = try LoadedModel(
      ModelDirectory(path: path), options: ModelOptions(precision: .float32))
    for testCase in golden.cases {
      let prediction = try loaded.predictor.prediction(for: testCase.request)
      let worst = try golden.worstDifference(
        of: prediction, in: testCase, tensor: testCase.tensorFloat32Rope)
      #expect(worst <= 1, "\(testCase.name)")
    }
  }

  @Test(arguments: models, [ModelOptions.Precision.auto, .bfloat16])
  func staysNearTheReferenceInReducedPrecision(
    model: String, precision: ModelOptions.Precision
  ) throws {
    let golden = try GoldenLogits(model)
    let predictor = try load(model, precision).predictor
    for testCase in golden.cases {
      let prediction = try predictor.prediction(for: testCase.request)
      let worst = try golden.worstDifference(of: prediction, in: testCase) { _ in
        2 * (golden.measured.bfloat16Error ?? 0)
      }
      #expect(worst <= 1, "\(testCase.name)")
    }
  }

  @Test(arguments: others) func rowsOfABatchAreThoseOfSingleTexts(model: String) throws {
    let golden = try GoldenLogits(model)
    let predictor = try load(model).predictor
    let rows = golden.cases.flatMap(\.request.rows)
    let batch = try predictor.prediction(for: PredictionRequest(rows: rows, isRaw: true))
    for (row, logits) in zip(rows, batch.rows) {
      let single = try predictor.prediction(for: PredictionRequest(rows: [row], isRaw: true))
      #expect(logits == single.rows[0])
    }
  }

  @Test(arguments: ["dream/tiny-a", "causal/qwen3-a", "fast-dllm-v2/tiny-untied"])
  func shiftedLogitsAreThoseOfThePositionBefore(model: String) throws {
    let predictor = try load(model).predictor
    let rows = [PredictionRow(tokens: [5, 9, 2, 77, 3, 8])]
    let raw = try predictor.prediction(for: PredictionRequest(rows: rows, isRaw: true)).rows[0]
    let shifted = try predictor.prediction(for: PredictionRequest(rows: rows)).rows[0]
    #expect(shifted[row: 0] == raw[row: 0])
    for row in 1..<6 { #expect(Array(shifted[row: row]) == Array(raw[row: row - 1])) }
  }

  @Test func knowsItsTokens() throws {
    let smdm = try load("smdm/tiny-b").predictor
    #expect(smdm.maskToken == 256)
    #expect(smdm.vocabularySize == 256)
    #expect(smdm.embeddingCount == 257)
    #expect(smdm.contextLength == 96)
    let llada = try load("llada/tiny-kq").predictor
    #expect(llada.maskToken == 319)
    #expect(llada.vocabularySize == 352)
    #expect(llada.endOfTextTokens == [311])
  }
}

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

  func load(_ model: String, _ precision: ModelOptions.Precision = .float32) throws -> LoadedModel {
    try LoadedModel(
      ModelDirectory(path: Fixture.path(model)), options: ModelOptions(precision: precision))
  }

  @Test(arguments: models) func agreesWithTheReference(model: String) throws {
    let golden = try GoldenLogits(model)
    let predictor = try load(model).predictor
    for testCase in golden.cases {
      let prediction = try predictor.prediction(for: testCase.request)
      let worst = try golden.worstDifference(of: prediction, in: testCase)
      #expect(worst <= 1, "\(testCase.name)")
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
        2 * golden.measured.bfloat16Error
      }
      #expect(worst <= 1, "\(testCase.name)")
    }
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

import Foundation
import Checkpoints
import Models
import MaskedDiffusion
import Testing
import _TestSupport

@Suite struct SMDMConfigurationTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  func configuration(_ fixture: String) throws -> ModelDescription {
    try SMDM.description(
      of: ModelFiles(
        weights: Weights(path: Fixture.path("smdm/\(fixture)/mdm-\(fixture).safetensors")),
        configuration: ConfigurationFile(path: Fixture.path("smdm/\(fixture)/config.json"))))
  }

  /// Opens tiny-a with a changed configuration.
  func error(changing: [String: Any?]) throws -> ModelError? {
    let path = try scratch.model(
      "smdm/tiny-a", weights: "mdm-tiny-a.safetensors", changing: changing)
    return #expect(throws: ModelError.self) { try ModelDirectory(path: path) }
  }

  @Test func readsTheKeysOfLitGPT() throws {
    let configuration = try configuration("tiny-gqa")
    #expect(
      configuration.architecture
        == Architecture(
          layerCount: 2, width: 64, headCount: 8, keyValueHeadCount: 2, headSize: 8,
          feedForwardWidth: 160, embeddingCount: 129, vocabularySize: 128, contextLength: 96,
          normEpsilon: 1e-5,
          rotary: Rotary(base: 10_000, precision: .bfloat16), attentionLayout: .grouped))
    #expect(configuration.maskToken == 128)
    #expect(configuration.endOfTextTokens == [])
  }

  @Test func countsThePaddingOfTheVocabulary() throws {
    let configuration = try configuration("tiny-b")
    #expect(configuration.architecture.vocabularySize == 256)
    #expect(configuration.maskToken == 256)
  }

  @Test func takesTheLastRowOfTheEmbeddingAsMask() throws {
    let path = try scratch.model(
      "smdm/tiny-a", weights: "mdm-tiny-a.safetensors",
      changing: ["mask_token_id": nil, "eos_token_id": [3, 4], "rope_cache_dtype": nil])
    let model = try ModelDirectory(path: path)
    #expect(model.description.maskToken == 192)
    #expect(model.description.endOfTextTokens == [3, 4])
    #expect(model.description.architecture.rotary.precision == .bfloat16)
  }

  @Test func honoursThePrecisionOfTheRotations() throws {
    let path = try scratch.model(
      "smdm/tiny-a", weights: "mdm-tiny-a.safetensors", changing: ["rope_cache_dtype": "float32"])
    #expect(try ModelDirectory(path: path).description.architecture.rotary.precision == .float32)
  }

  @Test(arguments: SMDM.publishedShapes.indices)
  func tellsPublishedModelsApart(index: Int) {
    let shape = SMDM.publishedShapes[index]
    #expect(shape.width % shape.heads == 0)
    #expect(
      SMDM.publishedHeadCount(
        layers: shape.layers, width: shape.width, feedForwardWidth: shape.feedForwardWidth)
        == shape.heads)
  }

  @Test func recognisesAPublishedModelByItsTensors() throws {
    let path = try published(layers: 6, width: 256, feedForwardWidth: 1024)
    let model = try ModelDirectory(path: path)
    #expect(model.family == "smdm")
    #expect(model.name == "mdm-6M")
    #expect(model.contextLength == 2048)
    #expect(model.vocabularySize == 32)
    #expect(model.description.maskToken == 32)
    #expect(model.description.architecture.headCount == 4)
  }

  @Test func saysWhatToAddWhenNoPublishedModelMatches() throws {
    let path = try published(layers: 5, width: 256, feedForwardWidth: 1024)
    let error = #expect(throws: ModelError.self) { try ModelDirectory(path: path) }
    #expect(
      error == .unknownDimensions(path: path, layers: 5, width: 256, feedForwardWidth: 1024))
    #expect(
      error?.hint
        == "put a config.json with model_type \"smdm\" and n_head beside the weights")
  }

  private func published(layers: Int, width: Int, feedForwardWidth: Int) throws -> String {
    try scratch.weights(
      "mdm-6M.safetensors",
      [("transformer.wte.weight", [33, width]), ("lm_head.weight", [32, width])]
        + (0..<layers).map { ("transformer.h.\($0).norm_1.weight", [width]) }
        + [
          ("transformer.h.0.mlp.swiglu.w1.weight", [feedForwardWidth, width]),
          ("transformer.h.0.attn.attn.weight", [0]),
        ])
  }

  @Test(arguments: [
    ("n_embd", 65, "transformer.wte.weight", 64),
    ("n_layer", 4, "transformer.h.3.norm_1.weight", 3),
    ("intermediate_size", 128, "transformer.h.0.mlp.swiglu.w1.weight", 256),
    ("padded_vocab_size", 256, "lm_head.weight", 192),
  ])
  func refusesAConfigurationThatDisagreesWithTheTensors(
    key: String, value: Int, tensor: String, found: Int
  ) throws {
    let error = try error(changing: [key: value])
    let path = "\(scratch.path)/model"
    #expect(
      error
        == .disagreement(
          path: "\(path)/config.json", key: key, value: value,
          weights: "\(path)/mdm-tiny-a.safetensors", tensor: tensor, found: found))
    #expect(error?.hint == "was another config.json copied here?")
  }

  @Test(arguments: [
    ("n_head", "0", "a whole number of 1 or more"),
    ("n_head", "-4", "a whole number of 1 or more"),
    ("n_head", "99999999999", "a whole number of 1 or more"),
    ("n_head", "\"four\"", "a whole number of 1 or more"),
    ("n_query_groups", "3", "a divisor of the 4 heads"),
    ("head_size", "7", "heads of an even size up to 256"),
    ("head_size", "512", "heads of an even size up to 256"),
    ("rope_cache_dtype", "\"float16\"", "'float32' or 'bfloat16'"),
    ("rope_base", "0", "a number above 0 that single precision can hold"),
    ("rope_base", "1e+300", "a number above 0 that single precision can hold"),
    ("norm_eps", "1e-60", "a number above 0 that single precision can hold"),
    ("norm_eps", "\"small\"", "a number above 0 that single precision can hold"),
    ("mask_token_id", "193", "a token from 0 to 192"),
    ("mask_token_id", "-1", "a token from 0 to 192"),
    ("eos_token_id", "[1, \"x\"]", "tokens, which are whole numbers"),
    ("block_size", "0", "a whole number of 1 or more"),
    ("rotary_percentage", "0.25", "1"), ("bias", "true", "false"),
  ])
  func refusesValuesThatMakeNoSense(key: String, value: String, expected: String) throws {
    let json = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
    let error = try error(changing: [key: json])
    guard case .invalidValue(_, key, _, expected) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func needsTheNumberOfHeads() throws {
    let error = try error(changing: ["n_head": nil])
    #expect(error == .missingKey(path: "\(scratch.path)/model/config.json", key: "n_head"))
  }
}

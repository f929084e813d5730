import Foundation
import Models
import MaskedDiffusion
import Testing
import _TestSupport

@Suite struct LLaDAConfigurationTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  func open(changing: [String: Any?]) throws -> ModelDirectory {
    try ModelDirectory(
      path: scratch.model("llada/tiny-kq", weights: "model.safetensors", changing: changing))
  }

  @Test func readsTheKeysOfThePublishedFiles() throws {
    let model = try open(changing: [:])
    #expect(
      model.description.architecture
        == Architecture(
          layerCount: 1, width: 256, headCount: 4, keyValueHeadCount: 2, headSize: 64,
          feedForwardWidth: 256, embeddingCount: 352, vocabularySize: 352, contextLength: 256,
          normEpsilon: 1e-5, rotary: Rotary(base: 500_000)))
    #expect(model.description.maskToken == 319)
    #expect(model.description.endOfTextTokens == [311])
  }

  @Test func needsAConfiguration() throws {
    let path = try scratch.copy("llada/tiny-kq/model.safetensors", as: "model.safetensors")
    let error = #expect(throws: ModelError.self) { try ModelDirectory(path: path) }
    #expect(error == .configurationMissing(weights: path, family: "llada"))
  }

  @Test func needsTheMaskToken() throws {
    let error = #expect(throws: ModelError.self) { try open(changing: ["mask_token_id": nil]) }
    #expect(
      error == .missingKey(path: "\(scratch.path)/model/config.json", key: "mask_token_id"))
    #expect(
      error?.hint
        == "add the identifier of the mask token to config.json, or give it with --mask-token")
  }

  @Test(arguments: [
    ("block_type", "sequential"), ("activation_type", "gelu"), ("layer_norm_type", "default"),
  ])
  func refusesVariationsItCannotCompute(key: String, value: String) throws {
    let error = #expect(throws: ModelError.self) { try open(changing: [key: value]) }
    guard case .invalidValue(_, key, "“\(value)”", _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  /// What is false is as good as missing; what multiplies by 1 changes nothing.
  @Test func refusesArithmeticOfOtherNetworks() throws {
    let plain = try open(changing: [:])
    for (key, value) in [
      ("rope_scaling", false), ("logit_scale", 1), ("clip_qkv", NSNull()),
    ] as [(String, Any)] {
      let same = try open(changing: [key: value])
      #expect(same.description.architecture == plain.description.architecture, "\(key)")
    }
    for (key, value) in [
      ("clip_qkv", 1), ("logit_scale", 0.5), ("final_logit_softcapping", 30),
    ] as [(String, Any)] {
      let error = #expect(throws: ModelError.self) { try open(changing: [key: value]) }
      #expect(error?.description.contains("'\(key)' is") == true)
    }
  }

  @Test func refusesBiases() throws {
    let error = #expect(throws: ModelError.self) { try open(changing: ["include_qkv_bias": true]) }
    #expect(
      error
        == .invalidValue(
          path: "\(scratch.path)/model/config.json", key: "include_qkv_bias", found: "true",
          expected: "false"))
  }

  @Test func rotationsThatDifferBetweenLayersAreRefused() throws {
    let nested: [String: Any] = ["full_attention": ["rope_theta": 1.0]]
    let error = #expect(throws: ModelError.self) { try open(changing: ["rope_parameters": nested]) }
    guard case .invalidValue(_, "rope_parameters.full_attention", _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func endTokensThatCannotBePredictedAreLeftOut() throws {
    #expect(
      try open(changing: ["eos_token_id": [-1, 3, 999_999]]).description.endOfTextTokens == [3])
  }

  @Test(arguments: [("n_layers", 2), ("d_model", 128), ("embedding_size", 384)])
  func refusesAConfigurationThatDisagreesWithTheTensors(key: String, value: Int) throws {
    let error = #expect(throws: ModelError.self) { try open(changing: [key: value]) }
    guard case .disagreement(_, key, value, _, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}

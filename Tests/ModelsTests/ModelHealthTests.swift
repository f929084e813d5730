import Foundation
import Models
import Testing
import _TestSupport

@Suite struct ModelHealthTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  func health(_ path: String, limit: Int = 1 << 30) -> ModelHealth {
    let listing = Result { () throws(ModelError) in try ModelDirectory(path: path) }
    return ModelHealth(of: listing, limit: limit)
  }

  @Test func theBundledModelIsHealthy() {
    #expect(health(Fixture.bundledModel) == ModelHealth(.ok))
  }

  @Test func aModelWithoutTokenizerSaysWhatTextsNeed() throws {
    let model = try scratch.model("smdm/tiny-a", weights: "mdm-tiny-a.safetensors")
    let health = health(model)
    #expect(health.state == .noTokenizer)
    #expect(health.hint?.contains("--tokenizer") == true)
  }

  @Test func aModelThatDoesNotFitSaysSo() {
    let health = health(Fixture.bundledModel, limit: 5_000_000)
    #expect(health.state == .tooLarge)
    #expect(health.reason?.contains("larger than memory") == true)
    #expect(health.hint?.contains("--mapped") == true)
  }

  @Test func aMissingTensorIsFoundWithoutLoading() throws {
    let model = try scratch.model("llada/tiny-a", weights: "model.safetensors")
    let path = model + "/model.safetensors"
    let data = try Data(contentsOf: URL(filePath: path))
    let name = Data("model.transformer.blocks.1.ff_out.weight".utf8)
    var changed = data
    let range = try #require(changed.range(of: name))
    changed.replaceSubrange(range, with: Data("model.transformer.blocks.1.ff_uot.weight".utf8))
    try changed.write(to: URL(filePath: path))
    let health = health(model)
    #expect(health.state == .notUsable)
    #expect(health.reason?.contains("blocks.1.ff_out.weight") == true)
  }
}

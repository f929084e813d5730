import Models
import MaskedDiffusion
import Testing
import _TestSupport

@Suite struct LoadedModelTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  @Test func bringsItsTokenizer() throws {
    let model = try LoadedModel(ModelDirectory(path: Fixture.path("llada/tiny-a")))
    #expect(model.name == "tiny-a")
    #expect(model.family == "llada")
    #expect(model.tokenizer?.roles.mask == 349)
    #expect(model.endOfTextTokens == [341])
  }

  @Test func doesWithoutATokenizer() throws {
    let model = try LoadedModel(ModelDirectory(path: Fixture.path("smdm/tiny-a")))
    #expect(model.tokenizer == nil)
    #expect(model.endOfTextTokens == [])
  }

  @Test func takesATokenizerFromElsewhere() throws {
    let path = try scratch.model("llada/tiny-a", weights: "model.safetensors")
    let directory = try ModelDirectory(path: path)
    let file = Fixture.path("llada/tiny-a/tokenizer.json")
    #expect(try LoadedModel(directory, tokenizer: .path(file)).tokenizer != nil)
    #expect(try LoadedModel(directory).tokenizer == nil)
  }

  @Test func ignoresTheTokenizerWhenToldTo() throws {
    let path = try scratch.model("llada/tiny-a", weights: "model.safetensors")
    try scratch.file("model/tokenizer.json", "{".utf8)
    let directory = try ModelDirectory(path: path)
    #expect(try LoadedModel(directory, tokenizer: .none).tokenizer == nil)
    let error = #expect(throws: ModelError.self) { try LoadedModel(directory) }
    #expect(error?.description.hasPrefix("\(path)/tokenizer.json: not valid JSON") == true)
  }

  @Test func refusesATokenizerThatIsNotThere() throws {
    let directory = try ModelDirectory(path: Fixture.path("smdm/tiny-a"))
    #expect(throws: ModelError.self) {
      try LoadedModel(directory, tokenizer: .path("\(scratch.path)/none"))
    }
  }

  @Test func refusesTheTokenizerOfALargerModel() throws {
    let directory = try ModelDirectory(path: Fixture.path("smdm/tiny-a"))
    let path = Fixture.path("llada/tiny-a")
    let error = #expect(throws: ModelError.self) {
      try LoadedModel(directory, tokenizer: .path(path))
    }
    #expect(
      error
        == .tokenizerTooLarge(
          path: path, tokens: 361, weights: directory.weightsPath, embeddingCount: 193))
  }

  @Test func findsTheEndOfTextInTheTokenizer() throws {
    let path = try scratch.model(
      "llada/tiny-a", weights: "model.safetensors", changing: ["eos_token_id": nil])
    let directory = try ModelDirectory(path: path)
    let model = try LoadedModel(directory, tokenizer: .path(Fixture.path("llada/tiny-a")))
    #expect(model.endOfTextTokens == [341])
  }

  @Test func collectsTheTokensThatEndAText() throws {
    let path = try scratch.model(
      "llada/tiny-kq", weights: "model.safetensors", changing: ["eos_token_id": [3, 4]])
    try scratch.file("model/generation_config.json", #"{"eos_token_id": [4, 7]}"#.utf8)
    #expect(try LoadedModel(ModelDirectory(path: path)).endOfTextTokens == [3, 4, 7])
  }
}

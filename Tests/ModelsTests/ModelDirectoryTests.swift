import Foundation
import Models
import MaskedDiffusion
import Testing
import _TestSupport

@Suite struct ModelDirectoryTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  @Test func describesAModelWithoutLoadingIt() throws {
    let model = try ModelDirectory(path: Fixture.path("llada/tiny-sharded"))
    #expect(model.name == "tiny-sharded")
    #expect(model.family == "llada")
    #expect(model.defaultPreset == "llada")
    #expect(model.weightsPath.hasSuffix("/model.safetensors.index.json"))
    #expect(model.parameterCount == 310_944)
    #expect(model.vocabularySize == 320)
    #expect(model.contextLength == 256)
    #expect(model.weightPrecision == "BF16")
    #expect(model.memoryByteCount > 621_888)
    #expect(model.checksum.count == 16)
    #expect(model.generationDefaults == GenerationDefaults())
  }

  @Test func findsTheWeightsByTheirTensors() throws {
    let model = try ModelDirectory(path: Fixture.path("smdm/tiny-a") + "/")
    #expect(model.weightsPath == Fixture.path("smdm/tiny-a/mdm-tiny-a.safetensors"))
    #expect(model.name == "tiny-a")
  }

  @Test func acceptsAWeightsFile() throws {
    let path = Fixture.path("smdm/tiny-a/mdm-tiny-a.safetensors")
    let model = try ModelDirectory(path: path)
    #expect(model.weightsPath == path)
    #expect(model.name == "mdm-tiny-a")
    #expect(model.directory == Fixture.path("smdm/tiny-a"))
    #expect(model.contextLength == 96)
  }

  @Test func prefersTheIndexToASingleFile() throws {
    for file in [
      "config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
      "model.safetensors.index.json",
    ] {
      try scratch.copy("llada/tiny-sharded/\(file)", as: "m/\(file)")
    }
    try scratch.copy("llada/tiny-a/model.safetensors", as: "m/model.safetensors")
    #expect(try ModelDirectory(path: "\(scratch.path)/m").parameterCount == 310_944)
  }

  @Test func readsTheDefaultsThatComeWithAModel() throws {
    let path = try scratch.model("smdm/tiny-a", weights: "mdm-tiny-a.safetensors")
    try scratch.file("model/generation_config.json", #"{"preset":"remdm","steps":7}"#.utf8)
    let defaults = try ModelDirectory(path: path).generationDefaults
    #expect(defaults.preset == "remdm")
    #expect(defaults.values == ["steps": .integer(7)])
  }

  @Test func changesItsChecksumWithTheConfiguration() throws {
    let path = try scratch.model("smdm/tiny-a", weights: "mdm-tiny-a.safetensors")
    let before = try ModelDirectory(path: path).checksum
    _ = try scratch.model(
      "smdm/tiny-a", weights: "mdm-tiny-a.safetensors", changing: ["norm_eps": 1e-6])
    #expect(try ModelDirectory(path: path).checksum != before)
  }

  @Test func refusesADirectoryWithoutWeights() throws {
    let path = "\(scratch.path)/model"
    try scratch.copy("smdm/tiny-a/config.json", as: "model/config.json")
    try scratch.copy("smdm/tiny-a/golden.safetensors", as: "model/golden.safetensors")
    #expect(throws: ModelError.noWeights(path: path, family: "smdm")) {
      try ModelDirectory(path: path)
    }
  }

  @Test func refusesToChooseBetweenTwoModels() throws {
    let path = try scratch.model("smdm/tiny-a", weights: "mdm-tiny-a.safetensors")
    try scratch.copy("smdm/tiny-b/mdm-tiny-b.safetensors", as: "model/b.safetensors")
    let error = #expect(throws: ModelError.self) { try ModelDirectory(path: path) }
    #expect(
      error == .ambiguousWeights(path: path, files: ["b.safetensors", "mdm-tiny-a.safetensors"]))
    #expect(error?.hint == "give one of the files instead of the directory")
  }

  @Test func saysWhatIsWrongWithTheOnlyWeightsFile() throws {
    let path = "\(scratch.path)/model"
    let file = try scratch.file("model/m.safetensors", [1, 2, 3])
    #expect(
      throws: ModelError.weights(.headerCutOff(path: file, headerByteCount: 8, fileByteCount: 3))
    ) { try ModelDirectory(path: path) }
  }

  @Test func refusesAFamilyItDoesNotKnow() throws {
    let path = try scratch.model(
      "smdm/tiny-a", weights: "mdm-tiny-a.safetensors", changing: ["model_type": "gpt2"])
    let error = #expect(throws: ModelError.self) { try ModelDirectory(path: path) }
    #expect(
      error?.description
        == "\(path)/config.json: 'model_type' is 'gpt2', expected one of smdm, llada, Dream, dream, "
        + "a2d-qwen2, a2d-qwen3, sdar, Fast_dLLM_Qwen, smdm-ar, llama, qwen2, qwen3")
  }

  @Test func refusesTensorsOfNoKnownFamily() throws {
    let path = Fixture.path("smdm/tiny-a/golden.safetensors")
    try scratch.copy("smdm/tiny-a/golden.safetensors", as: "golden.safetensors")
    let copy = "\(scratch.path)/golden.safetensors"
    #expect(throws: ModelError.unrecognisedWeights(path: copy, known: ModelRegistry.names)) {
      try ModelDirectory(path: copy)
    }
    // With a configuration beside it, the first tensor that is missing is named.
    #expect(
      throws: ModelError.weights(
        .missingTensor(path: path, tensor: "transformer.wte.weight", expected: nil))
    ) { try ModelDirectory(path: path) }
  }

  @Test(arguments: [
    ("", "end of file where a value should be at byte 0"), (#"{"a":1,"a":1}"#, "'a' occurs twice"),
    ("[]", "not an object"),
  ])
  func refusesAConfigurationThatIsNoObject(text: String, reason: String) throws {
    let path = try scratch.model("smdm/tiny-a", weights: "mdm-tiny-a.safetensors")
    try scratch.file("model/config.json", text.utf8)
    #expect(
      throws: ModelError.malformedConfiguration(path: "\(path)/config.json", reason: reason)
    ) { try ModelDirectory(path: path) }
  }

  @Test func refusesWhatIsNotThere() {
    #expect(throws: ModelError.notFound(name: "/none", searched: [], known: [])) {
      try ModelDirectory(path: "/none")
    }
  }
}

import Checkpoints
import Foundation
import JSON
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

  @Test func readsTheIndexOfAShardedModel() throws {
    for file in [
      "config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
      "model.safetensors.index.json",
    ] {
      try scratch.copy("llada/tiny-sharded/\(file)", as: "m/\(file)")
    }
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
    #expect(throws: ModelError.noWeights(path: path, family: "smdm", found: [])) {
      try ModelDirectory(path: path)
    }
  }

  @Test func namesTheWeightsItCannotReadAndHowToConvertThem() throws {
    let path = "\(scratch.path)/model"
    try scratch.copy("smdm/tiny-a/config.json", as: "model/config.json")
    for name in ["pytorch_model.bin", "training_args.bin"] { try scratch.file("model/\(name)") }
    let error = #expect(throws: ModelError.self) { try ModelDirectory(path: path) }
    #expect(error == .noWeights(path: path, family: "smdm", found: ["pytorch_model.bin"]))
    #expect(error?.hint?.contains("torch.load(\"\(path)/pytorch_model.bin\"") == true)
  }

  @Test func anOldIndexBesideAMergedFileIsLeftAlone() throws {
    let path = try scratch.model("llada/tiny-a", weights: "model.safetensors")
    try scratch.copy(
      "llada/tiny-sharded/model.safetensors.index.json", as: "model/model.safetensors.index.json")
    #expect(try ModelDirectory(path: path).weightsPath == "\(path)/model.safetensors")
  }

  @Test func tensorsThatNobodyReadsChangeNothing() throws {
    let path = try scratch.model("llada/tiny-a", weights: "model.safetensors")
    let plain = try ModelDirectory(path: path)
    try rewrite(
      path, named: { $0 },
      adding: [("vision.weight", .float64, 8 * 400_000), ("mask", .float32, 4)])
    let more = try ModelDirectory(path: path)
    #expect(more.parameterCount == plain.parameterCount)
    #expect(more.weightPrecision == plain.weightPrecision)
    #expect(more.memoryByteCount == plain.memoryByteCount)
    // The bytes of what is added spell no finite numbers.
    _ = try LoadedModel(more, tokenizer: .none)
  }

  @Test(arguments: ["module.", "_orig_mod.", "base_model.model.", ""])
  func whatWrappersPutBeforeTheNamesIsTakenOff(_ prefix: String) throws {
    let path = try scratch.model("llada/tiny-a", weights: "model.safetensors")
    let plain = try ModelDirectory(path: path)
    try rewrite(
      path, named: { prefix.isEmpty ? String($0.dropFirst("model.".count)) : prefix + $0 },
      adding: [])
    #expect(try ModelDirectory(path: path).weights.tensors.keys == plain.weights.tensors.keys)
  }

  /// Parts of a network may be wrapped by themselves, and the whole once more.
  @Test func whatWrappersPutIntoTheMiddleIsTakenOutToo() throws {
    let path = try scratch.model("llada/tiny-a", weights: "model.safetensors")
    let plain = try ModelDirectory(path: path)
    try rewrite(
      path,
      named: {
        "module."
          + $0.replacing(".blocks.0.", with: ".blocks.0._orig_mod.")
          .replacing(".q_proj.", with: "._checkpoint_wrapped_module.q_proj.")
      }, adding: [])
    #expect(try ModelDirectory(path: path).weights.tensors.keys == plain.weights.tensors.keys)
  }

  @Test func anAdapterIsNoModel() throws {
    let path = try scratch.model("llada/tiny-a", weights: "model.safetensors")
    let tensor = "model.transformer.blocks.0.q_proj.lora_A.default.weight"
    try rewrite(path, named: { $0 }, adding: [(tensor, .float32, 4)])
    let error = #expect(throws: ModelError.self) { try ModelDirectory(path: path) }
    #expect(error?.description.contains("adapter (LoRA)") == true)
    #expect(error?.hint?.contains("merge_and_unload") == true)
  }

  @Test func aDownloadThatHasNotEndedIsNamed() throws {
    try scratch.copy("smdm/tiny-a/config.json", as: "model/config.json")
    try scratch.file("model/model.safetensors.incomplete")
    let error = #expect(throws: ModelError.self) {
      try ModelDirectory(path: "\(scratch.path)/model")
    }
    #expect(error?.description.contains("model.safetensors.incomplete") == true)
    #expect(error?.hint?.contains("a download has not ended") == true)
  }

  /// Writes the weights of the model at `path` anew, under other names and with more tensors, whose
  /// bytes are all ones.
  private func rewrite(
    _ path: String, named: (String) -> String, adding: [(String, ElementType, Int)]
  ) throws {
    let file = "\(path)/model.safetensors"
    let tensors = try Weights(path: file).tensors.values.sorted { $0.name < $1.name }
    let copies = tensors.map { ($0, Array($0.bytes)) }
    var writer = try SafetensorsWriter(
      path: file + ".new",
      entries: copies.map { .init(name: named($0.0.name), type: $0.0.type, shape: $0.0.shape) }
        + adding.map { .init(name: $0.0, type: $0.1, shape: [$0.2 / $0.1.byteCount]) })
    for bytes in copies.map(\.1) + adding.map({ [UInt8](repeating: 0xFF, count: $0.2) }) {
      try bytes.withUnsafeBytes { try writer.append($0) }
    }
    try writer.finish()
    try FileManager.default.removeItem(atPath: file)
    try FileManager.default.moveItem(atPath: file + ".new", toPath: file)
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
        == "\(path)/config.json: 'model_type' is 'gpt2', expected one of smdm, llada, lladamoe, "
        + "llada-moe, llada_moe, Dream, dream, a2d-qwen2, a2d-qwen3, sdar, Fast_dLLM_Qwen, rnd1, "
        + "mdlm, bert, roberta, xlm-roberta, modernbert, smdm-ar, llama, qwen2, qwen3, qwen3_moe"
    )
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
    ("{", "no key where one should be at byte 1"), ("[]", "not an object"),
  ])
  func refusesAConfigurationThatIsNoObject(text: String, reason: String) throws {
    let path = try scratch.model("smdm/tiny-a", weights: "mdm-tiny-a.safetensors")
    try scratch.file("model/config.json", text.utf8)
    #expect(
      throws: ModelError.malformedConfiguration(path: "\(path)/config.json", reason: reason)
    ) { try ModelDirectory(path: path) }
  }

  @Test(arguments: [
    ("", MistakenFile.empty), ("version https://git-lfs.github.com/spec/v1\noid", .gitLFSPointer),
    ("<!doctype html><html>", .webPage), ("Entry not found", .refusal("Entry not found")),
  ])
  func saysWhatLiesInPlaceOfAFile(text: String, kind: MistakenFile) throws {
    let path = try scratch.model("llada/tiny-a", weights: "model.safetensors")
    try scratch.file("model/config.json", text.utf8)
    #expect(throws: ModelError.weights(.mistaken(path: "\(path)/config.json", kind))) {
      try ModelDirectory(path: path)
    }
    guard kind != .empty else { return }
    _ = try scratch.model("llada/tiny-a", weights: "model.safetensors")
    try scratch.file("model/model.safetensors", text.utf8)
    #expect(throws: ModelError.weights(.mistaken(path: "\(path)/model.safetensors", kind))) {
      try ModelDirectory(path: path)
    }
  }

  @Test func aKeyGivenTwiceIsRefusedOnlyWhereItIsRead() throws {
    let path = try scratch.model("llada/tiny-a", weights: "model.safetensors")
    let text = String(
      decoding: try Data(contentsOf: URL(filePath: "\(path)/config.json")), as: UTF8.self)
    func open(_ members: String) throws {
      try scratch.file("model/config.json", ("{\(members)," + text.dropFirst()).utf8)
      _ = try ModelDirectory(path: path)
    }
    try open(#""unread":1,"unread":2"#)
    #expect(
      throws: ModelError.invalidValue(
        path: "\(path)/config.json", key: "n_heads", found: "given twice", expected: "one value")
    ) { try open(#""n_heads":4"#) }
  }

  @Test func whatPythonAndWindowsWriteIsRead() throws {
    let path = try scratch.model("llada/tiny-a", weights: "model.safetensors")
    let text = String(
      decoding: try Data(contentsOf: URL(filePath: "\(path)/config.json")), as: UTF8.self)
    let unread = #"{"limit":[0.0,Infinity,-Infinity],"x":NaN,"#
    try scratch.file("model/config.json", ("\u{FEFF}" + unread + text.dropFirst()).utf8)
    _ = try ModelDirectory(path: path)
    try scratch.file("model/config.json", (#"{"rms_norm_eps":NaN,"# + text.dropFirst()).utf8)
    #expect(throws: ModelError.self) { try ModelDirectory(path: path) }
  }

  @Test func refusesWhatIsNotThere() {
    #expect(throws: ModelError.notFound(name: "/none", searched: [], known: [])) {
      try ModelDirectory(path: "/none")
    }
  }
}

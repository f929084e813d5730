import Checkpoints
import Foundation
import MaskedDiffusion
import Testing
import Tokenizers
import _TestSupport

@testable import Models

/// Models written as GGUF, and read again.
@Suite("Models written as GGUF") struct GGUFConversionTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private func write(
    _ model: String, as precision: ModelOptions.Precision, mask: TokenID? = nil
  ) throws -> (path: String, result: CheckpointConversion.WrittenGGUF) {
    let path = "\(scratch.path)/m.gguf"
    let source = try ModelDirectory(
      path: Fixture.path(model), overrides: ModelOverrides(maskToken: mask))
    let result = try CheckpointConversion(source, to: precision).writeGGUF(
      to: path, threadCount: 1)
    return (path, result)
  }

  @Test(
    arguments: [
      ("llada/tiny-a", nil), ("llada/tiny-sharded", nil), ("dream/tiny-a", nil),
      ("causal/llama3-rope", nil), ("causal/qwen2-a", nil), ("causal/qwen3-a", nil),
      ("qwen2/tiny-untied", nil), ("qwen3/tiny-a", nil), ("llada-moe/tiny-a", 254),
    ] as [(String, TokenID?)])
  func predictWhatTheyDidBefore(model: String, mask: TokenID?) throws {
    let path = try write(model, as: .float32, mask: mask).path
    let loaded = try LoadedModel(
      ModelDirectory(path: path), options: ModelOptions(precision: .float32, threadCount: 2))
    let original = try ModelDirectory(
      path: Fixture.path(model), overrides: ModelOverrides(maskToken: mask))
    #expect(loaded.family == original.family)
    #expect(loaded.predictor.maskToken == original.description.maskToken)
    #expect(loaded.directory.parameterCount >= original.parameterCount)
    let golden = try GoldenLogits(model)
    for testCase in golden.cases {
      let prediction = try loaded.predictor.prediction(for: testCase.request)
      #expect(try golden.worstDifference(of: prediction, in: testCase) <= 1, "\(testCase.name)")
    }
  }

  /// Byte by byte what llama.cpp's converter and quantiser made of the same model, but for an embedding
  /// that keeps its precision here.
  @Test(arguments: [
    ("dream/tiny-a", ModelOptions.Precision.bfloat16, "tiny-bf16", [String]()),
    ("llada/tiny-a", .q8, "tiny-q8_0", ["token_embd.weight"]),
  ])
  func areWhatTheReferenceConverterWrites(
    model: String, precision: ModelOptions.Precision, file: String, others: [String]
  ) throws {
    let written = try Weights(path: try write(model, as: precision).path)
    let reference = try Weights(path: Fixture.path("\(model)/gguf/\(file).gguf"))
    #expect(Set(written.tensors.keys) == Set(reference.tensors.keys))
    for (name, tensor) in reference.tensors where !others.contains(name) {
      let found = try written.tensor(name, tensor.shape)
      #expect(found.typeName == tensor.typeName, "\(name)")
      #expect(found.bytes.elementsEqual(tensor.bytes), "\(name)")
    }
    for key in ["tokens", "merges"].map({ "tokenizer.ggml.\($0)" }) {
      #expect(written.metadata?.list(key)?.texts == reference.metadata?.list(key)?.texts)
    }
    let types = "tokenizer.ggml.token_type"
    #expect(written.metadata?.list(types)?.integers == reference.metadata?.list(types)?.integers)
    let pre = "tokenizer.ggml.pre"
    #expect(written.metadata?.text(pre) == reference.metadata?.text(pre))
  }

  @Test func bringTheirTokenizerAndTemplate() throws {
    for model in ["llada/tiny-a", "dream/tiny-a"] {
      let (path, result) = try write(model, as: .bfloat16)
      #expect(result.omission == nil)
      let written = try ModelDirectory(path: path)
      let original = try TokenizerFile.load(Fixture.path(model))
      for text in ["Hello wörld 12", "  a\n\nb", "<|eot_id|>"] {
        #expect(try written.tokenizer().encode(text) == original.encode(text))
      }
      #expect(written.embeddedChatTemplate?.text.isEmpty == false)
      try FileManager.default.removeItem(atPath: path)
    }
    let bare = try write("causal/qwen2-a", as: .bfloat16)
    #expect(bare.result.omission?.contains("no tokenizer.json") == true)
  }

  @Test func aGGUFIsWrittenAnewWithAllItSays() throws {
    let source = try ModelDirectory(path: Fixture.path("gguf/llada-moe.gguf"))
    let path = "\(scratch.path)/small.gguf"
    try CheckpointConversion(source, to: .q8).writeGGUF(to: path)
    let (old, new) = (
      try Weights(path: Fixture.path("gguf/llada-moe.gguf")), try Weights(path: path)
    )
    #expect(new.tensors["blk.0.ffn_up_exps.weight"]?.typeName == "Q8_0")
    #expect(new.tensors["blk.0.ffn_up_exps.weight"]?.shape == [8, 32, 64])
    // What decides between experts keeps its precision.
    #expect(new.tensors["blk.0.ffn_gate_inp.weight"]?.typeName == "F32")
    let (oldKeys, newKeys) = (Set(old.metadata?.keys ?? []), Set(new.metadata?.keys ?? []))
    #expect(oldKeys.isSubset(of: newKeys))
    #expect(try ModelDirectory(path: path).parameterCount == source.parameterCount)
    let error = #expect(throws: ModelError.self) {
      try CheckpointConversion(source, to: .q8).write(to: "\(scratch.path)/directory")
    }
    #expect(error?.description.contains("expected a name that ends in .gguf") == true)
  }

  @Test func nothingIsOverwrittenUnasked() throws {
    let (path, _) = try write("llada/tiny-a", as: .q8)
    let before = try Data(contentsOf: URL(filePath: path))
    let source = try ModelDirectory(path: Fixture.path("dream/tiny-a"))
    #expect(throws: ModelError.alreadyThere(path: path)) {
      try CheckpointConversion(source, to: .q8).writeGGUF(to: path)
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
    try CheckpointConversion(source, to: .q8).writeGGUF(to: path, replacing: true)
    #expect(try ModelDirectory(path: path).family == "dream")
    // Not even when asked, if it is what is read.
    let own = try ModelDirectory(path: path)
    #expect(throws: ModelError.alreadyThere(path: path)) {
      try CheckpointConversion(own, to: .q4).writeGGUF(to: path, replacing: true)
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["m.gguf"])
  }

  @Test func aFamilyThatHasNoNameThereIsRefused() throws {
    let source = try ModelDirectory(path: Fixture.path("smdm/tiny-a"))
    let error = #expect(throws: ModelError.self) {
      try CheckpointConversion(source, to: .q8).writeGGUF(to: "\(scratch.path)/m.gguf")
    }
    #expect(error?.description.contains("the family 'smdm' has no name there") == true)
  }
}

import Checkpoints
import Foundation
import Kernels
import MaskedDiffusion
import Testing
import Tokenizers
import _TestSupport

@testable import Models

/// Models in GGUF files against the logits of reference implementations.
@Suite("Models in GGUF files") struct GGUFModelTests {
  static let models = ["llada/tiny-a", "llada/tiny-kq", "dream/tiny-a", "dream/tiny-kq"]

  private func load(
    _ path: String, _ precision: ModelOptions.Precision = .float32,
    _ overrides: ModelOverrides = ModelOverrides()
  ) throws -> LoadedModel {
    try LoadedModel(
      ModelDirectory(path: Fixture.path(path), overrides: overrides),
      options: ModelOptions(precision: precision, threadCount: 2))
  }

  /// Weights decoded exactly, activations in single precision.
  @Test(arguments: models) func agreeWithTheReferenceOnDecodedWeights(model: String) throws {
    let goldens = try GGUFGoldens(model)
    #expect(!goldens.files.isEmpty)
    for file in goldens.files {
      let predictor = try load("\(model)/gguf/\(file.file)").predictor
      let logits = try goldens.logits(of: file)
      for testCase in file.cases {
        let prediction = try predictor.prediction(for: testCase.request)
        let worst = try logits.worstDifference(of: prediction, in: testCase)
        #expect(worst <= 1, "\(file.file) \(testCase.name)")
      }
    }
  }

  /// Blocks multiplied as they are: off by no more than another program that rounds activations.
  @Test(arguments: models) func stayNearTheReferenceOnBlocksAsTheyAre(model: String) throws {
    let goldens = try GGUFGoldens(model)
    for file in goldens.files where file.kind.hasPrefix("q") {
      let predictor = try load("\(model)/gguf/\(file.file)", .auto).predictor
      let logits = try goldens.logits(of: file)
      for testCase in file.cases {
        let prediction = try predictor.prediction(for: testCase.request)
        let worst = try logits.worstDifference(of: prediction, in: testCase) { _ in
          2 * file.measured.roundedError
        }
        #expect(worst <= 1, "\(file.file) \(testCase.name)")
      }
    }
  }

  /// Written by the package `gguf` of PyPI; the logits are those of the weights they were made of.
  @Test(arguments: [
    ("gguf/llama3-rope.gguf", "causal/llama3-rope", "llama"),
    ("gguf/qwen3-a.gguf", "causal/qwen3-a", "qwen3"),
    ("gguf/llada-moe.gguf", "llada-moe/tiny-a", "llada-moe"),
  ])
  func agreeWithTheModelTheyWereMadeOf(file: String, model: String, family: String) throws {
    let loaded = try load(file)
    #expect(loaded.family == family)
    let golden = try GoldenLogits(model)
    for testCase in golden.cases {
      let prediction = try loaded.predictor.prediction(for: testCase.request)
      #expect(try golden.worstDifference(of: prediction, in: testCase) <= 1, "\(testCase.name)")
    }
  }

  @Test func rowsOfTheFileAreDecodedAsTheReferenceDoes() throws {
    for model in Self.models {
      let goldens = try GGUFGoldens(model)
      for file in goldens.files {
        let weights = try Weights(path: Fixture.path("\(model)/gguf/\(file.file)"))
        for name in ["token_embd.weight", "blk.0.attn_q.weight", "blk.0.ffn_down.weight"] {
          guard let rows = goldens.tensors?.tensors["dequant.\(file.kind).\(name)"],
            let found = weights.tensors[name]?.firstRows(3)
          else { continue }
          for (value, expected) in zip(found.floats(), rows.floats()) {
            #expect(abs(value - expected) <= expected.ulp, "\(file.file) \(name)")
          }
        }
      }
    }
  }

  @Test func theMetadataSaysWhichTokensAreWhich() throws {
    let llada = try load("llada/tiny-a/gguf/tiny-q4_0.gguf")
    #expect(llada.predictor.maskToken == 349)
    #expect(llada.endOfTextTokens == [341])
    #expect(llada.directory.defaultPreset == "llada")
    #expect(llada.directory.findings.map(\.subject) == ["mask token", "shift"])
    #expect(llada.directory.findings.map(\.value) == ["349", "no"])
    #expect(llada.tokenizer?.roles.beginningOfText == 340)
    let dream = try load("dream/tiny-kq/gguf/tiny-q4_k.gguf")
    #expect(dream.predictor.maskToken == 310)
    #expect(dream.directory.findings[1].value == "yes")
    #expect(dream.directory.remark == nil)
  }

  @Test func aModelWithoutDiffusionKeysWritesFromLeftToRightUnlessAMaskTokenIsGiven() throws {
    let causal = try ModelDirectory(path: Fixture.path("gguf/qwen3-a.gguf"))
    #expect(causal.family == "qwen3")
    #expect(causal.remark?.contains("no diffusion keys") == true)
    #expect(causal.description.architecture.attention == .causal)
    let diffusion = try ModelDirectory(
      path: Fixture.path("gguf/qwen3-a.gguf"), overrides: ModelOverrides(maskToken: 299))
    #expect(diffusion.family == "a2d-qwen3")
    #expect(diffusion.description.architecture.attention == .full)
    #expect(diffusion.description.maskToken == 299)
    #expect(diffusion.remark == nil)
    let error = #expect(throws: ModelError.self) {
      try ModelDirectory(
        path: Fixture.path("gguf/qwen3-a.gguf"), overrides: ModelOverrides(maskToken: 300))
    }
    #expect(error?.description.contains("'--mask-token' is 300") == true)
  }

  /// More bits where they are needed: most of it Q4_K, some Q6_K.
  @Test func aMixtureOfBlocksIsUsedAsItIs() throws {
    let model = try ModelDirectory(path: Fixture.path("llada/tiny-kq/gguf/tiny-q4_k_m.gguf"))
    #expect(model.precision(for: .auto) == .q4k)
    let architecture = model.description.architecture
    let network = Transformer(
      architecture: architecture,
      weights: try TransformerWeights(architecture, from: model.weights, names: .gguf),
      options: ModelOptions(precision: .q4k, threadCount: 1))
    guard case .separate(_, _, let value) = network.weights.blocks[0].attention else {
      return #expect(Bool(false))
    }
    #expect(value.weights.format == .q6_K)
    #expect(network.weights.head.format == .q6_K)
  }

  @Test func theTokenizerInTheFileIsTheOneBesideTheWeights() throws {
    let texts = [
      "Hello world", "  it's 1234.5 km\n\n to  nowhere", "naïve café — 2030", "日本語 текст 🙂",
      "<|eot_id|>x<|im_end|>", "a\u{0301}\r\n\tb", "",
    ]
    for model in ["llada/tiny-a", "dream/tiny-a"] {
      let embedded = try #require(try load("\(model)/gguf/tiny-q8_0.gguf").tokenizer)
      let beside = try TokenizerFile.load(Fixture.path(model))
      for text in texts {
        #expect(embedded.encode(text) == beside.encode(text), "\(model) \(text)")
        #expect(embedded.decode(embedded.encode(text)) == beside.decode(beside.encode(text)))
      }
      #expect(embedded.roles.mask == beside.roles.mask)
      #expect(embedded.roles.endOfText == beside.roles.endOfText)
    }
  }

  @Test func anArchitectureThatIsNotKnownIsNamed() throws {
    let scratch = try ScratchDirectory()
    var bytes = [UInt8](try Fixture.data("gguf/qwen3-a.gguf"))
    let place = try #require(bytes.firstRange(of: Array("qwen3".utf8)))
    bytes.replaceSubrange(place, with: Array("qwenX".utf8))
    let path = try scratch.file("m.gguf", bytes)
    let error = #expect(throws: ModelError.self) { try ModelDirectory(path: path) }
    #expect(
      error?.description.hasPrefix("\(path): 'general.architecture' is “qwenX”, expected one of")
        == true)
  }

  @Test func aDirectoryMayHoldAGGUFAndNothingElse() throws {
    let scratch = try ScratchDirectory()
    try scratch.copy("llada/tiny-a/gguf/tiny-q4_0.gguf", as: "model/tiny-q4_0.gguf")
    let model = try ModelDirectory(path: "\(scratch.path)/model")
    #expect(model.family == "llada")
    #expect(model.name == "model")
    #expect(try model.tokenizer().vocabularySize == 384)
    let listed = ModelSearchPath(directories: [scratch.path]).models()
    #expect(listed.map(\.name) == ["model"])
  }
}

import Foundation
import MaskedDiffusion
import Models
import Testing
import _TestSupport

/// Mixtures of experts whose weights are divided by their sum, against Transformers.
@Suite("Mixtures of Qwen3-MoE") struct MixtureTests {
  private func load(_ path: String, threads: Int = 2) throws -> LoadedModel {
    try LoadedModel(
      ModelDirectory(path: path),
      options: ModelOptions(precision: .float32, threadCount: threads))
  }

  private func worst(_ loaded: LoadedModel, _ model: String) throws -> Float {
    let golden = try GoldenLogits(model)
    return try golden.cases.map {
      try golden.worstDifference(
        of: try loaded.predictor.prediction(for: $0.request), in: $0)
    }.max() ?? .infinity
  }

  @Test(arguments: [1, 2]) func rnd1AgreesWithTheReference(threads: Int) throws {
    let loaded = try load(Fixture.path("mixture/rnd1"), threads: threads)
    #expect(loaded.family == "rnd1")
    #expect(loaded.predictor.isShifted)
    #expect(loaded.predictor.maskToken == 62)
    #expect(try worst(loaded, "mixture/rnd1") <= 1)
  }

  @Test func soDoesItsGGUF() throws {
    let loaded = try load(Fixture.path("gguf/rnd1.gguf"))
    #expect(loaded.family == "rnd1")
    #expect(loaded.predictor.isShifted)
    #expect(try worst(loaded, "mixture/rnd1") <= 1)
  }

  @Test func theSameNetworkReadFromLeftToRight() throws {
    let scratch = try ScratchDirectory()
    try scratch.copy("mixture/rnd1/model.safetensors", as: "model.safetensors")
    try scratch.copy("mixture/qwen3-moe/config.json", as: "config.json")
    let loaded = try load(scratch.path)
    #expect(loaded.family == "qwen3-moe")
    #expect(try worst(loaded, "mixture/qwen3-moe") <= 1)
  }

  /// Layers that are listed have no experts, and their tensors must be there.
  @Test func layersWithoutExpertsAreAskedForByName() throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.model(
      "mixture/rnd1", weights: "model.safetensors", changing: ["mlp_only_layers": [1]])
    let error = #expect(throws: ModelError.self) { try load(path) }
    #expect(error?.description.contains("model.layers.1.mlp.gate_proj.weight") == true)
  }

  /// Scores that overflow are no numbers in the end, and once sent a position to one expert several times.
  @Test func aRouterOfTheLargestNumbersDoesNotTrap() throws {
    let scratch = try ScratchDirectory()
    var weights = [UInt8](try Fixture.data("mixture/rnd1/model.safetensors"))
    let headerSize = weights.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try #require(
      JSONSerialization.jsonObject(with: Data(weights[8..<8 + headerSize])) as? [String: Any])
    let router = try #require(header["model.layers.1.mlp.gate.weight"] as? [String: Any])
    let offsets = try #require(router["data_offsets"] as? [Int])
    let largest: [UInt8] = [0xFF, 0xFF, 0x7F, 0x7F]
    for place in 0..<offsets[1] - offsets[0] {
      weights[8 + headerSize + offsets[0] + place] = largest[place % 4]
    }
    _ = try scratch.copy("mixture/rnd1/config.json", as: "config.json")
    _ = try scratch.file("model.safetensors", weights)
    let predictor = try load(scratch.path).predictor
    let row = PredictionRow(tokens: [1, predictor.maskToken, 3], wanted: [1])
    let error = #expect(throws: PredictionError.self) {
      try predictor.prediction(for: PredictionRequest(rows: [row]))
    }
    #expect(error?.description.contains("not finite") == true)
  }
}

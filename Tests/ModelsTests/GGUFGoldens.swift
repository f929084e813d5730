import Foundation
import Checkpoints
import Testing
import _TestSupport

/// The logits of GGUF files, as their README says they were computed: `gguf/golden.json`.
struct GGUFGoldens: Decodable {
  struct File: Decodable {
    var file: String
    var measured: Measured
    var cases: [GoldenLogits.Case]

    /// The part of the name that tells the files of a folder apart, such as `q4_0`.
    var kind: String { String(file.dropFirst(5).dropLast(5)) }
  }

  struct Measured: Decodable {
    /// How far another program is off that rounds activations too.
    var roundedError: Float

    enum CodingKeys: String, CodingKey {
      case roundedError = "max_abs_difference_of_llama.cpp_cpu_logits_to_these"
    }
  }

  var files: [File]
  private(set) var tensors: Weights?

  enum CodingKeys: String, CodingKey { case files }

  /// Reads the goldens of the files of a model, such as `llada/tiny-a`.
  init(_ model: String) throws {
    self = try JSONDecoder().decode(
      GGUFGoldens.self, from: Fixture.data("\(model)/gguf/golden.json"))
    tensors = try Weights(path: Fixture.path("\(model)/gguf/golden.safetensors"))
    // Most of the files only differ in what other tests look at; the tests bring some of them.
    files.removeAll {
      !FileManager.default.fileExists(atPath: Fixture.path("\(model)/gguf/\($0.file)"))
    }
  }

  /// The logits of a file, for comparisons.
  func logits(of file: File) throws -> GoldenLogits {
    GoldenLogits(cases: file.cases, tensors: try #require(tensors))
  }
}

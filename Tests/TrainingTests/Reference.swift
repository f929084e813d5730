import Foundation
import Kernels
import MaskedDiffusion
import Training

/// What PyTorch computed; see Fixtures/README.md.
struct Reference: Decodable {
  struct Batch: Decodable {
    var tokens: [[TokenID]]
    var rows: [Int]
    var targets: [TokenID]
    var weights: [Float]

    var batch: TrainingBatch {
      TrainingBatch(
        tokens: tokens.flatMap { $0 }, length: tokens[0].count,
        targets: rows.indices.map { .init(row: rows[$0], token: targets[$0], weight: weights[$0]) })
    }
  }

  struct Gradients: Decodable {
    var batch: Batch
    var loss: Double
  }

  var masked: Gradients
  var causal: Gradients
  var qwen2: Gradients
  var qwen3: Gradients
  var batches: [Batch]
  var curves: [String: [Double]]

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Fixtures")

  static func read() throws -> Reference {
    try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: folder.appending(path: "reference.json")))
  }

  /// The tensors in `name`, in the layout of the parameters.
  static func network(
    _ name: String, isCausal: Bool = false
  ) throws -> (shape: NetworkShape, parameters: Tensor) {
    try ModelImport(
      path: folder.appending(path: name).path(), contextLength: 16, isCausal: isCausal
    ).network()
  }
}

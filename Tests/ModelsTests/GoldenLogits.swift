import Foundation
import Checkpoints
import MaskedDiffusion
import Testing
import _TestSupport

/// The logits a reference implementation computed for some inputs: `golden.json`.
struct GoldenLogits: Decodable {
  struct Case: Decodable {
    var name: String
    var tensor: String
    var shape: [Int]
    var inputIDs: [[TokenID]]
    var attentionMask: [[Int]]?
    var positionIDs: [[Int]]?
    /// The segment of each position.
    var segments: [[Int]]?
    /// The noise of each row.
    var noise: [Float]?
    /// What becomes of the logits where known tokens predict themselves.
    var logProbabilities: String?
    /// The length of the blocks that see what came before.
    var blockSize: Int?
    /// The result with an unrounded table of rotations.
    var tensorFloat32Rope: String?

    enum CodingKeys: String, CodingKey {
      case name, tensor, shape
      case inputIDs = "input_ids"
      case attentionMask = "attention_mask"
      case positionIDs = "position_ids"
      case segments = "token_type_ids"
      case noise = "sigma"
      case logProbabilities = "log_probs_tensor"
      case blockSize = "block_size"
      case compare
      case tensorFloat32Rope = "tensor_f32rope"
    }

    /// Decodes a case; rows that are not to be compared are those of padding.
    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      name = try values.decode(String.self, forKey: .name)
      tensor = try values.decode(String.self, forKey: .tensor)
      shape = try values.decode([Int].self, forKey: .shape)
      inputIDs = try values.decode([[TokenID]].self, forKey: .inputIDs)
      attentionMask = try values.decodeIfPresent([[Int]].self, forKey: .attentionMask)
      positionIDs = try values.decodeIfPresent([[Int]].self, forKey: .positionIDs)
      segments = try values.decodeIfPresent([[Int]].self, forKey: .segments)
      noise = try values.decodeIfPresent([Float].self, forKey: .noise)
      logProbabilities = try values.decodeIfPresent(String.self, forKey: .logProbabilities)
      blockSize = try values.decodeIfPresent(Int.self, forKey: .blockSize)
      tensorFloat32Rope = try values.decodeIfPresent(String.self, forKey: .tensorFloat32Rope)
      // Some files say in words what the mask says.
      if attentionMask == nil { attentionMask = try? values.decode([[Int]].self, forKey: .compare) }
    }

    /// The request for the logits of all positions.
    var request: PredictionRequest {
      PredictionRequest(
        rows: inputIDs.enumerated().map { index, tokens in
          var row = PredictionRow(
            tokens: tokens, positionIDs: positionIDs?[index],
            attendable: attentionMask.map { $0[index].map { $0 == 1 } },
            attention: blockSize.map { .blockCausal(length: $0) })
          row.segments = segments?[index]
          return row
        }, noise: noise?.first, isRaw: true)
    }
  }

  struct Measured: Decodable {
    /// The largest error of a run in bfloat16; not measured for all.
    var bfloat16Error: Float?

    enum CodingKeys: String, CodingKey {
      case bfloat16Error = "max_abs_error_when_the_whole_model_runs_in_bf16"
    }
  }

  var cases: [Case]
  var measured: Measured

  private(set) var tensors: Weights?

  enum CodingKeys: String, CodingKey { case cases, measured }

  /// Reads the goldens of a model, such as `smdm/tiny-a`.
  init(_ model: String) throws {
    self = try JSONDecoder().decode(GoldenLogits.self, from: Fixture.data("\(model)/golden.json"))
    tensors = try Weights(path: Fixture.path("\(model)/golden.safetensors"))
  }

  /// Creates goldens from cases and the tensors they name.
  init(cases: [Case], tensors: Weights) {
    self.cases = cases
    self.tensors = tensors
    measured = Measured(bfloat16Error: nil)
  }

  /// Compares the positions that count with the reference's.
  ///
  /// - Returns: The largest share of the tolerance that a difference takes; above 1 is a failure.
  func worstDifference(
    of prediction: Prediction, in testCase: Case, tensor: String? = nil,
    tolerance: (_ reference: Float) -> Float = { 5e-4 + 1e-4 * abs($0) }
  ) throws -> Float {
    let reference = try #require(tensors).tensor(
      tensor ?? testCase.tensor, Shape(testCase.shape)
    ).floats()
    let columns = testCase.shape[2]
    var worst: Float = 0
    for (index, logits) in prediction.rows.enumerated() {
      try #require(logits.vocabularySize == columns)
      for (row, position) in logits.positions.enumerated() {
        if let mask = testCase.attentionMask, mask[index][position] == 0 { continue }
        let start = (index * testCase.shape[1] + position) * columns
        for column in 0..<columns {
          let expected = reference[start + column]
          let difference = abs(logits.values[row * columns + column] - expected)
          worst = difference.isNaN ? .infinity : max(worst, difference / tolerance(expected))
        }
      }
    }
    return worst
  }
}

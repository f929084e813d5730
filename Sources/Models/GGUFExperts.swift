internal import Checkpoints

/// The experts of a layer, which GGUF files keep in one tensor of three dimensions each for gate, up and
/// down.
enum GGUFExperts {
  /// More experts than this are in no model.
  private static let greatestCount = 4096

  /// What the tensor of a layer is called: `gate`, `up` or `down` of all its experts.
  static func name(of part: String, layer: Int) -> String { "blk.\(layer).ffn_\(part)_exps.weight" }

  /// The matrices of the experts, where `tensor` holds some; they stay where they are in the file, so
  /// that those of experts which are never chosen are never read.
  static func matrices(in tensor: StoredTensor) -> [StoredTensor]? {
    let parts = tensor.name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "blk", parts[3] == "weight", parts[2].hasPrefix("ffn_"),
      parts[2].hasSuffix("_exps")
    else { return nil }
    let dimensions = tensor.shape.dimensions
    guard dimensions.count == 3, (1...greatestCount).contains(dimensions[0]),
      tensor.byteRange.count % dimensions[0] == 0
    else { return nil }
    let bytes = tensor.byteRange.count / dimensions[0]
    return (0..<dimensions[0]).map { expert in
      let start = tensor.byteRange.lowerBound + expert * bytes
      return StoredTensor(
        name: "blk.\(parts[1]).experts.\(expert).\(parts[2].dropLast(5)).weight",
        type: tensor.type, shape: Shape([dimensions[1], dimensions[2]]),
        blockFormat: tensor.blockFormat, unknownTypeName: tensor.unknownTypeName,
        file: tensor.file, byteRange: start..<start + bytes)
    }
  }
}

extension Weights {
  /// Returns the weights with a matrix for every expert in place of those that hold all of them.
  func separatingExperts() -> Weights {
    var result = tensors
    for (name, tensor) in tensors {
      guard let matrices = GGUFExperts.matrices(in: tensor) else { continue }
      result[name] = nil
      for matrix in matrices { result[matrix.name] = matrix }
    }
    return with(result)
  }
}

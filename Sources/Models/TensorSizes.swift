internal import Checkpoints

extension Weights {
  /// Returns the rows and columns of a matrix.
  ///
  /// - Throws: ``ModelError/weights(_:)`` when there is no such tensor or it is no matrix.
  func sizes(ofMatrix name: String) throws(ModelError) -> (rows: Int, columns: Int) {
    guard let tensor = tensors[name] else {
      throw .weights(.missingTensor(path: path, tensor: name, expected: nil))
    }
    let dimensions = tensor.shape.dimensions
    guard dimensions.count == 2, dimensions.allSatisfy({ $0 > 0 }) else {
      throw .weights(.notMatrix(path: tensor.file.path, tensor: name, found: tensor.shape))
    }
    return (dimensions[0], dimensions[1])
  }

  /// Returns the number of layers: how many of `name(0)`, `name(1)`, … there are without a gap.
  func layerCount(_ name: (_ layer: Int) -> String) -> Int {
    var count = 0
    while tensors[name(count)] != nil { count += 1 }
    return count
  }
}

extension ConfigurationFile {
  /// Returns the size called `key`, checked against what a tensor says, which stands in for a
  /// missing key.
  ///
  /// - Throws: ``ModelError/disagreement(path:key:value:weights:tensor:found:)``.
  func size(
    _ key: String, in weights: Weights, tensor: String, says found: Int
  ) throws(ModelError) -> Int {
    guard let value = try size(key) else { return found }
    guard value == found else {
      throw .disagreement(
        path: path, key: key, value: value, weights: weights.path, tensor: tensor, found: found)
    }
    return value
  }
}

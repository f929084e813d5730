package import Kernels

/// All tensors of a model, from one file or several.
package struct Weights: Sendable {
  /// The weights file, or the index of a sharded model.
  package let path: String

  /// The tensors by name.
  package let tensors: [String: StoredTensor]

  /// Creates weights of `tensors`, which messages say are from `path`.
  init(path: String, tensors: [String: StoredTensor]) {
    self.path = path
    self.tensors = tensors
  }

  /// Opens the weights file or index at `path`: reads its table, not the tensors.
  ///
  /// - Throws: ``WeightsError``.
  package init(path: String) throws(WeightsError) {
    self.path = path
    guard path.hasSuffix(".index.json") else {
      let stored = try WeightsFormatRegistry.tensors(in: MappedFile(path: path))
      tensors = Dictionary(stored.map { ($0.name, $0) }) { first, _ in first }
      return
    }
    tensors = try Self.tensors(of: SafetensorsIndex(path: path))
  }

  private static func tensors(
    of index: SafetensorsIndex
  ) throws(WeightsError) -> [String: StoredTensor] {
    let directory = index.path.dropLast(index.path.reversed().prefix { $0 != "/" }.count)
    var stored: [String: [String: StoredTensor]] = [:]
    for shard in Set(index.shards.values).sorted() {
      let file = try MappedFile(path: directory + shard)
      let tensors = try WeightsFormatRegistry.tensors(in: file)
      stored[shard] = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
    }
    var tensors: [String: StoredTensor] = [:]
    for (name, shard) in index.shards {
      guard let tensor = stored[shard]?[name] else {
        throw .notInShard(path: index.path, tensor: name, shard: shard)
      }
      tensors[name] = tensor
    }
    return tensors
  }

  /// Creates the part of `whole` whose names are in `names`.
  private init(_ whole: Weights, _ names: Set<String>) {
    path = whole.path
    tensors = whole.tensors.filter { names.contains($0.key) }
  }

  /// Returns the tensors that have one of `names`.
  package func restricted(to names: Set<String>) -> Weights { Weights(self, names) }

  /// The bytes all tensors take in memory.
  package var byteCount: Int { tensors.values.reduce(0) { $0 + $1.byteRange.count } }

  /// The number of elements of all tensors.
  package var elementCount: Int { tensors.values.reduce(0) { $0 + $1.elementCount } }

  /// The type most elements have, such as `BF16` or `Q8_0`; empty if there are no tensors.
  package var prevailingTypeName: String {
    var counts: [String: Int] = [:]
    for tensor in tensors.values { counts[tensor.typeName, default: 0] += tensor.elementCount }
    return counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? ""
  }

  /// How the kernels read most of the elements; `nil` when they are no weights.
  package var prevailingFormat: Kernels.Format? {
    let name = prevailingTypeName
    return tensors.values.first { $0.typeName == name }?.format
  }

  /// Returns the tensor called `name`, checked to be of a computable type and of `shape`.
  ///
  /// - Throws: ``WeightsError/missingTensor(path:tensor:expected:)``,
  ///   ``WeightsError/wrongShape(path:tensor:found:expected:)``,
  ///   ``WeightsError/wrongElementType(path:tensor:found:)``.
  package func tensor(_ name: String, _ shape: Shape) throws(WeightsError) -> StoredTensor {
    guard let tensor = tensors[name] else {
      throw .missingTensor(path: path, tensor: name, expected: shape)
    }
    guard tensor.shape == shape else {
      throw .wrongShape(
        path: tensor.file.path, tensor: name, found: tensor.shape, expected: shape)
    }
    guard tensor.format != nil else {
      throw .wrongElementType(path: tensor.file.path, tensor: name, found: tensor.type)
    }
    return tensor
  }
}

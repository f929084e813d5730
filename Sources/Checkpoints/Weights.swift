package import Kernels

/// All tensors of a model, from one file or several.
package struct Weights: Sendable {
  /// The weights file, or the index of a sharded model.
  package let path: String

  /// The tensors by name.
  package let tensors: [String: StoredTensor]

  /// The shards that should hold tensors, by the names of these, and do not.
  private let absentees: [String: String]

  /// What the file says about the model, where its format can.
  package let metadata: GGUFMetadata?

  /// Creates weights of `tensors`, which messages say are from `path`.
  init(path: String, tensors: [String: StoredTensor]) {
    self.path = path
    self.tensors = tensors
    absentees = [:]
    metadata = nil
  }

  /// Opens the weights file or index at `path`: reads its table, not the tensors.
  ///
  /// - Throws: ``WeightsError``.
  package init(path: String) throws(WeightsError) {
    self.path = path
    guard path.hasSuffix(".index.json") else {
      let file = try MappedFile(path: path)
      let contents = try Self.tensors(of: file, WeightsFormatRegistry.contents(of: file))
      tensors = Dictionary(contents.tensors.map { ($0.name, $0) }) { first, _ in first }
      absentees = [:]
      metadata = contents.metadata
      return
    }
    metadata = nil
    (tensors, absentees) = try Self.tensors(of: SafetensorsIndex(path: path))
  }

  /// Creates the weights at `path` with other names, or fewer of them.
  private init(
    path: String, tensors: [String: StoredTensor], absentees: [String: String],
    metadata: GGUFMetadata?
  ) {
    self.path = path
    self.tensors = tensors
    self.absentees = absentees
    self.metadata = metadata
  }

  /// Reads all shards.
  ///
  /// An index may be older than they are: what it promises and they do not hold is an error only if
  /// somebody asks for it.
  private static func tensors(
    of index: SafetensorsIndex
  ) throws(WeightsError) -> (found: [String: StoredTensor], absent: [String: String]) {
    let directory = index.path.dropLast(index.path.reversed().prefix { $0 != "/" }.count)
    var found: [String: StoredTensor] = [:]
    for shard in Set(index.shards.values).sorted() {
      let file: MappedFile
      do throws(WeightsError) {
        file = try MappedFile(path: directory + shard)
      } catch {
        guard case .missing = error else { throw error }
        throw .missingShard(path: index.path, shard: shard)
      }
      for tensor in try WeightsFormatRegistry.contents(of: file).tensors {
        if index.shards[tensor.name].map({ $0 == shard }) ?? true { found[tensor.name] = tensor }
      }
    }
    return (found, index.shards.filter { found[$0.key] == nil })
  }

  /// Returns the weights without all tensors but those in `names`, which alone a model reads.
  package func restricted(to names: Set<String>) -> Weights {
    Weights(
      path: path, tensors: tensors.filter { names.contains($0.key) }, absentees: absentees,
      metadata: metadata)
  }

  /// Returns these weights with other tensors.
  package func with(_ tensors: [String: StoredTensor]) -> Weights {
    Weights(path: path, tensors: tensors, absentees: absentees, metadata: metadata)
  }

  /// Returns the weights under the names that a model looks for.
  ///
  /// Wrappers put their own name in front when a network is saved inside them (`module.`,
  /// `_orig_mod.`), or in the middle when a part of it is, and a part saved alone lacks the name of the
  /// whole.
  ///
  /// - Parameter tensor: A tensor that the model must have.
  /// - Returns: The weights; as they are where no wrapper is recognised.
  package func unwrapped(to tensor: String) -> Weights {
    if tensors.keys.contains(where: Self.isWrapped) {
      return renamed { Self.isWrapped($0) ? Self.unwrapped($0) : nil }.withoutPrefix(to: tensor)
    }
    return withoutPrefix(to: tensor)
  }

  /// The modules that PyTorch puts around others, wherever these stand.
  private static let wrappers = [
    "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module",
  ]

  private static func isWrapped(_ name: String) -> Bool {
    name.utf8.contains(0x5F) && wrappers.contains { name.contains($0 + ".") }
  }

  private static func unwrapped(_ name: String) -> String {
    name.split(separator: ".", omittingEmptySubsequences: false)
      .filter { !wrappers.contains(String($0)) }.joined(separator: ".")
  }

  private func withoutPrefix(to tensor: String) -> Weights {
    guard tensors[tensor] == nil else { return self }
    let prefixes = tensors.keys.filter { $0.hasSuffix("." + tensor) }
      .map { $0.dropLast(tensor.count) }
    if let prefix = prefixes.min(by: { ($0.count, $0) < ($1.count, $1) }) {
      return renamed { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : nil }
    }
    if let dot = tensor.firstIndex(of: "."), tensors[String(tensor[dot...].dropFirst())] != nil {
      let prefix = tensor[...dot]
      return renamed { prefix + $0 }
    }
    return self
  }

  /// Gives tensors other names; one whose new name is another's keeps its own.
  private func renamed(_ name: (String) -> String?) -> Weights {
    var result = tensors
    for (old, tensor) in tensors {
      guard let new = name(old), tensors[new] == nil else { continue }
      result[old] = nil
      var tensor = tensor
      tensor.name = new
      result[new] = tensor
    }
    return Weights(path: path, tensors: result, absentees: absentees, metadata: metadata)
  }

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
      if let shard = absentees[name] {
        throw .notInShard(path: path, tensor: name, shard: shard)
      }
      throw .missingTensor(path: path, tensor: name, expected: shape)
    }
    if let type = tensor.unknownTypeName {
      throw .unknownElementType(path: tensor.file.path, tensor: name, found: type)
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

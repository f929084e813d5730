package import Checkpoints
package import Kernels

/// The memory a model takes in a precision.
public struct MemoryFootprint: Equatable, Sendable {
  /// The bytes of the weights.
  public var weights: Int
  /// The bytes of intermediate results and logits.
  public var work: Int
  /// The positions of the canvas.
  public var positions: Int
  /// Whether the weights stay in their file, as they are stored.
  public var isStored: Bool

  /// All bytes; `Int.max` when they cannot be counted.
  public var byteCount: Int { weights.addingSaturated(work) }
}

extension MemoryFootprint {
  /// A tensor of a network as it is stored.
  package struct Matrix {
    var name: String
    var shape: Shape
    /// How its elements are written; `nil` for what is no weights.
    var stored: Kernels.Format?
    var byteCount: Int

    /// Creates a tensor that takes `byteCount` bytes.
    package init(name: String, shape: Shape, stored: Kernels.Format?, byteCount: Int) {
      self.name = name
      self.shape = shape
      self.stored = stored
      self.byteCount = byteCount
    }

    /// The bytes it takes as `wanted`, and whether it becomes something else than it is.
    func byteCount(as wanted: Kernels.Format?) -> (bytes: Int, isChanged: Bool) {
      // Vectors are widened to single precision.
      guard let stored, shape.dimensions.count > 1, let columns = shape.dimensions.last, columns > 0
      else { return ((shape.elementCount ?? 0).multipliedSaturated(by: 4), false) }
      let format = WeightFormats.format(wanted, columns: columns, stored: stored)
      guard format != stored, let rowBytes = format.rowBytes(columnCount: columns) else {
        return (byteCount, false)
      }
      return (((shape.elementCount ?? 0) / columns).multipliedSaturated(by: rowBytes), true)
    }
  }

  /// Adds up what a network takes.
  ///
  /// - Parameters:
  ///   - tensors: Its tensors.
  ///   - architecture: The network.
  ///   - names: What its tensors are called.
  ///   - precision: The precision, not `auto`.
  ///   - positions: The positions of the canvas.
  package init(
    of tensors: [Matrix], architecture: Architecture, names: TensorNames,
    precision: ModelOptions.Precision, positions: Int
  ) {
    let formats = WeightFormats(precision)
    // No precision changes the embedding, of which rows are read, and the routers.
    var unchanged: Set<String> = [names[.embedding]]
    for layer in 0..<architecture.layerCount where architecture.hasExperts(layer) {
      unchanged.insert(names[.router, layer: layer])
    }
    weights = 0
    isStored = true
    for tensor in tensors {
      let isHead = !architecture.isHeadTied && tensor.name == names[.head]
      let wanted =
        unchanged.contains(tensor.name) ? nil : isHead ? formats.head : formats.layers
      let (bytes, isChanged) = tensor.byteCount(as: wanted)
      weights = weights.addingSaturated(bytes)
      if isChanged { isStored = false }
      // A head that is the embedding too is converted on its own; rows are read from the other.
      guard architecture.isHeadTied, tensor.name == names[.embedding] else { continue }
      let (headBytes, isHeadChanged) = tensor.byteCount(as: formats.head)
      guard isHeadChanged else { continue }
      weights = weights.addingSaturated(headBytes)
      isStored = false
    }
    work = TransformerScratch.byteCount(architecture: architecture, positions: positions)
    self.positions = positions
  }

  /// Adds up what a network of `architecture` takes whose tensors are stored in bfloat16.
  ///
  /// - Parameters:
  ///   - architecture: The network.
  ///   - names: What its tensors are called.
  ///   - precision: The precision, not `auto`.
  ///   - positions: The positions of the canvas.
  package init(
    of architecture: Architecture, names: TensorNames, precision: ModelOptions.Precision,
    positions: Int
  ) {
    let tensors = names.tensors(in: architecture).map { name, shape in
      Matrix(
        name: name, shape: shape, stored: .bf16,
        byteCount: (shape.elementCount ?? 0).multipliedSaturated(by: 2))
    }
    self.init(
      of: tensors, architecture: architecture, names: names, precision: precision,
      positions: positions)
  }
}

extension Int {
  fileprivate func addingSaturated(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }

  fileprivate func multipliedSaturated(by factor: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }
}

internal import Checkpoints
internal import Kernels

extension ModelDirectory {
  /// Returns the memory the model takes on a canvas of `positions`.
  ///
  /// - Parameters:
  ///   - precision: The precision; `auto` is resolved.
  ///   - positions: The positions of the canvas, 1 or more.
  public func footprint(
    _ precision: ModelOptions.Precision, positions: Int
  ) -> MemoryFootprint {
    let precision = self.precision(for: precision)
    let formats = WeightFormats(precision)
    let unchanged = unchangedMatrices
    var bytes = 0
    var isStored = true
    for tensor in usedWeights.tensors.values {
      let isHead = tensor.name == description.names[.head]
      let wanted =
        unchanged.contains(tensor.name) ? nil : isHead ? formats.head : formats.layers
      let (size, isChanged) = Self.byteCount(of: tensor, as: wanted)
      bytes = Self.sum(bytes, size)
      if isChanged { isStored = false }
    }
    // A head that is the embedding too is converted on its own; rows are still read from the other.
    if description.architecture.isHeadTied,
      let embedding = usedWeights.tensors[description.names[.embedding]]
    {
      let (size, isChanged) = Self.byteCount(of: embedding, as: formats.head)
      if isChanged {
        bytes = Self.sum(bytes, size)
        isStored = false
      }
    }
    return MemoryFootprint(
      weights: bytes,
      work: TransformerScratch.byteCount(
        architecture: description.architecture, positions: positions),
      positions: positions, isStored: isStored)
  }

  /// Checks that the model fits into memory.
  ///
  /// - Parameters:
  ///   - precision: The precision.
  ///   - positions: The positions of the canvas.
  ///   - limit: The bytes there are.
  /// - Throws: ``ModelError/largerThanMemory(_:)``, with what would fit.
  public func checkMemory(
    _ precision: ModelOptions.Precision, positions: Int, limit: Int
  ) throws(ModelError) {
    if let shortage = shortage(precision, positions: positions, limit: limit) {
      throw .largerThanMemory(shortage)
    }
  }

  /// Returns what the model lacks, `nil` when it fits into `limit` bytes.
  public func shortage(
    _ precision: ModelOptions.Precision, positions: Int, limit: Int
  ) -> MemoryShortage? {
    let precision = self.precision(for: precision)
    let needed = footprint(precision, positions: positions)
    guard needed.byteCount > limit else { return nil }
    let all: [ModelOptions.Precision] = [.float32, .bfloat16, .float16, .q8, .q4k, .q4]
    var fitting = all.compactMap { other -> MemoryShortage.Alternative? in
      let bytes = footprint(other, positions: positions).byteCount
      return bytes <= limit
        ? MemoryShortage.Alternative(precision: other, byteCount: bytes) : nil
    }
    // Nobody who runs out of memory wants weights that grow.
    fitting.removeAll { $0.byteCount >= needed.byteCount }
    let onePosition = footprint(precision, positions: 1).work
    let room = limit - needed.weights
    return MemoryShortage(
      path: weightsPath, precision: precision, footprint: needed, limit: limit, fitting: fitting,
      fittingPositions: onePosition > 0 && room >= onePosition ? room / onePosition : nil)
  }

  /// Returns the precision of the arithmetic when the weights stay as they are in their file.
  ///
  /// - Throws: ``ModelError/mappedConversion(path:precision:)`` when `asked` would convert them.
  func mappedPrecision(
    for asked: ModelOptions.Precision
  ) throws(ModelError) -> ModelOptions.Precision {
    if asked == .auto {
      // Weights in blocks are multiplied as they are; others in what suits their type.
      let format = usedWeights.prevailingFormat ?? .f32
      guard [.f32, .f16, .bf16].contains(format) else { return precision(for: .auto) }
      return format == .bf16 && Kernels.InstructionSet.best.multipliesBFloat16
        ? .bfloat16 : .float32
    }
    guard footprint(asked, positions: 1).isStored else {
      throw .mappedConversion(path: weightsPath, precision: asked.rawValue)
    }
    return asked
  }

  /// The names of the tensors that no precision changes: the embedding, of which rows are read, and
  /// the routers.
  private var unchangedMatrices: Set<String> {
    let names = description.names
    let architecture = description.architecture
    var unchanged: Set<String> = [names[.embedding]]
    for layer in 0..<architecture.layerCount where architecture.hasExperts(layer) {
      unchanged.insert(names[.router, layer: layer])
    }
    return unchanged
  }

  private static func byteCount(
    of tensor: StoredTensor, as wanted: Kernels.Format?
  ) -> (bytes: Int, isChanged: Bool) {
    guard let stored = tensor.format, tensor.shape.dimensions.count > 1,
      let columns = tensor.shape.dimensions.last, columns > 0
    else { return (tensor.elementCount * 4, false) }
    let format = WeightFormats.format(wanted, columns: columns, stored: stored)
    guard format != stored, let rowBytes = format.rowBytes(columnCount: columns) else {
      return (tensor.byteRange.count, false)
    }
    return (tensor.elementCount / columns * rowBytes, true)
  }

  private static func sum(_ first: Int, _ second: Int) -> Int {
    let (sum, overflow) = first.addingReportingOverflow(second)
    return overflow ? .max : sum
  }
}

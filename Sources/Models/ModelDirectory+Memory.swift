internal import Kernels

extension ModelDirectory {
  /// Returns the memory the model takes on a canvas of `positions`.
  ///
  /// - Parameters:
  ///   - precision: The precision; `auto` is resolved.
  ///   - positions: The positions of the canvas, 1 or more.
  /// - Returns: The bytes of weights and work.
  public func footprint(
    _ precision: ModelOptions.Precision, positions: Int
  ) -> MemoryFootprint {
    let tensors = usedWeights.tensors.values.map { tensor in
      MemoryFootprint.Matrix(
        name: tensor.name, shape: tensor.shape, stored: tensor.format,
        byteCount: tensor.byteRange.count)
    }
    return MemoryFootprint(
      of: tensors, architecture: description.architecture, names: description.names,
      precision: self.precision(for: precision), positions: positions)
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
      return format == .bf16 && Kernels.InstructionSet.preferred.multipliesBFloat16
        ? .bfloat16 : .float32
    }
    guard footprint(asked, positions: 1).isStored else {
      throw .mappedConversion(path: weightsPath, precision: asked.rawValue)
    }
    return asked
  }
}

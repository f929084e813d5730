extension StoredTensor {
  /// Looks for elements that are infinite or not a number.
  ///
  /// Looks at eight bytes at once: a number is not finite exactly when all its exponent bits are
  /// set, and then adding one to the exponent carries into the sign bit of its own lane.
  ///
  /// - Parameter stride: Every `stride`-th block of 64 KiB is looked at, beginning with the
  ///   first; 1 looks at everything.
  /// - Returns: The index of the first such element, `nil` if there is none.
  package func firstNotFinite(everyBlock stride: Int = 1) -> Int? {
    let exponent: UInt64
    switch type {
    case .float32: exponent = 0x7F80_0000_7F80_0000
    case .bfloat16: exponent = 0x7F80_7F80_7F80_7F80
    case .float16: exponent = 0x7C00_7C00_7C00_7C00
    default: return nil
    }
    let bytes = bytes
    let blockSize = 1 << 16
    for start in Swift.stride(from: 0, to: bytes.count, by: blockSize * max(1, stride)) {
      let end = min(start + blockSize, bytes.count)
      let block = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      guard Self.holdsNotFinite(block, exponent: exponent) else { continue }
      return start / type.byteCount + firstNotFinite(in: block)
    }
    return nil
  }

  private static func holdsNotFinite(_ block: UnsafeRawBufferPointer, exponent: UInt64) -> Bool {
    let lowestBit = exponent & ~(exponent << 1)
    var carries: UInt64 = 0
    var offset = 0
    while offset + 8 <= block.count {
      let word = block.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      carries |= (word & exponent) &+ lowestBit
      offset += 8
    }
    var rest: UInt64 = 0
    for byte in block[offset...].reversed() { rest = rest << 8 | UInt64(byte) }
    carries |= (rest & exponent) &+ lowestBit
    return carries & ~exponent & (exponent << 1) != 0
  }

  /// The index, in a block that holds such an element, of the first one.
  private func firstNotFinite(in block: UnsafeRawBufferPointer) -> Int {
    let size = type.byteCount
    let mask: UInt32 = type == .float32 ? 0x7F80_0000 : type == .float16 ? 0x7C00 : 0x7F80
    for index in 0..<block.count / size {
      let bits =
        size == 4
        ? block.loadUnaligned(fromByteOffset: index * size, as: UInt32.self)
        : UInt32(block.loadUnaligned(fromByteOffset: index * size, as: UInt16.self))
      if bits & mask == mask { return index }
    }
    return 0
  }
}

extension Weights {
  /// Checks that no weight is infinite or not a number.
  ///
  /// Looks at every element of models up to 512 MiB (under 0.1 s). Of a larger model it looks at
  /// every vector whole and at a sixteenth of each matrix, because reading all of it from disk
  /// would take longer than everything else; what it misses there, the predictor finds in the
  /// logits (``PredictionError/notFinite(position:)``).
  ///
  /// - Throws: ``WeightsError/notFinite(path:tensor:index:)``.
  package func checkFinite() throws(WeightsError) {
    let isLarge = byteCount > 512 << 20
    for name in tensors.keys.sorted() {
      guard let tensor = tensors[name] else { continue }
      let isMatrix = tensor.shape.dimensions.count > 1
      if let index = tensor.firstNotFinite(everyBlock: isLarge && isMatrix ? 16 : 1) {
        throw .notFinite(path: tensor.file.path, tensor: name, index: index)
      }
    }
  }
}

/// Weights as they would be if some of them were different, in memory; files are never changed.
extension Weights {
  /// Returns these weights with `changed` in place of the tensors of the same names.
  package func replacing(_ changed: [StoredTensor]) -> Weights {
    with(tensors.merging(changed.map { ($0.name, $0) }) { _, new in new })
  }
}

extension StoredTensor {
  /// The same elements under another name.
  package func renamed(_ name: String) -> StoredTensor {
    StoredTensor(
      name: name, type: type, shape: shape, blockFormat: blockFormat, file: file,
      byteRange: byteRange)
  }

  /// The first `count` rows of a matrix; `nil` when it has fewer.
  package func firstRows(_ count: Int) -> StoredTensor? {
    guard shape.dimensions.count == 2, shape.dimensions[0] >= count, shape.dimensions[0] > 0 else {
      return nil
    }
    let rowBytes = byteRange.count / shape.dimensions[0]
    return StoredTensor(
      name: name, type: type, shape: Shape([count, shape.dimensions[1]]), blockFormat: blockFormat,
      file: file, byteRange: byteRange.lowerBound..<byteRange.lowerBound + count * rowBytes)
  }

  /// A matrix whose rows are the columns of this one, which must be a matrix without blocks.
  ///
  /// - Complexity: O(elements); the copy is in memory.
  package var transposed: StoredTensor {
    precondition(shape.dimensions.count == 2 && blockFormat == nil, "\(name) is no plain matrix")
    let (rows, columns) = (shape.dimensions[0], shape.dimensions[1])
    let size = type.byteCount
    let source = bytes
    let copy = MappedFile(path: file.path, byteCount: byteRange.count) { target in
      for row in 0..<rows {
        for column in 0..<columns {
          for byte in 0..<size {
            target[(column * rows + row) * size + byte] =
              source[(row * columns + column) * size + byte]
          }
        }
      }
    }
    return StoredTensor(
      name: name, type: type, shape: Shape([columns, rows]), file: copy,
      byteRange: 0..<byteRange.count)
  }

  /// Calls `body` with every `step`-th element, which must be of a type of weights.
  ///
  /// Of a tensor in blocks, all elements of some blocks are taken.
  package func forEachFloat(every step: Int, _ body: (Float) -> Void) {
    let bytes = bytes
    if let blockFormat {
      let size = blockFormat.blockBytes
      for start in stride(from: 0, to: bytes.count / size * size, by: size * max(1, step)) {
        let block = UnsafeRawBufferPointer(rebasing: bytes[start..<start + size])
        for value in blockFormat.elements(of: block) { body(value) }
      }
      return
    }
    for index in stride(from: 0, to: elementCount, by: max(1, step)) {
      switch type {
      case .float32: body(bytes.loadUnaligned(fromByteOffset: 4 * index, as: Float.self))
      case .float16:
        let bits = bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
        body(Float(Float16(bitPattern: bits)))
      case .bfloat16:
        let bits = bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
        body(Float(bitPattern: UInt32(bits) << 16))
      default: preconditionFailure("\(type) is not a type of weights")
      }
    }
  }
}

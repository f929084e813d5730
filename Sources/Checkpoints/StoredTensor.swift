package import Kernels

/// A tensor as it lies in a weights file.
package struct StoredTensor: Sendable {
  /// The name the file gives it, without what wrappers put in front.
  package var name: String

  /// The type of its elements; bytes where they are in blocks.
  package let type: ElementType

  /// Its dimensions, those of the elements also where they are in blocks.
  package let shape: Shape

  /// The layout of the blocks its rows are made of; `nil` where each element stands for itself.
  package var blockFormat: Kernels.Format? = nil

  /// The name of the type of its elements, where that is not known; ``type`` is bytes then.
  package var unknownTypeName: String? = nil

  /// The file it lies in.
  package let file: MappedFile

  /// Where its bytes are in `file`; checked to lie inside it and to fit `shape` and `type`.
  package let byteRange: Range<Int>

  /// Creates a tensor; the arguments are not checked.
  package init(
    name: String, type: ElementType, shape: Shape, blockFormat: Kernels.Format? = nil,
    unknownTypeName: String? = nil, file: MappedFile, byteRange: Range<Int>
  ) {
    self.name = name
    self.type = type
    self.shape = shape
    self.blockFormat = blockFormat
    self.unknownTypeName = unknownTypeName
    self.file = file
    self.byteRange = byteRange
  }

  /// Its elements, row-major and little-endian; valid as long as `file` lives.
  ///
  /// The address is not necessarily a multiple of the element size.
  package var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[byteRange])
  }

  /// The number of elements.
  package var elementCount: Int {
    blockFormat.map { byteRange.count / $0.blockBytes * $0.blockElements }
      ?? (byteRange.count / type.byteCount)
  }

  /// How the kernels read the elements; `nil` when they are no weights.
  package var format: Kernels.Format? {
    if let blockFormat { return blockFormat }
    return switch type {
    case .float32: .f32
    case .float16: .f16
    case .bfloat16: .bf16
    default: nil
    }
  }

  /// The type of its elements as messages write it, such as `BF16` or `Q8_0`.
  package var typeName: String {
    unknownTypeName ?? blockFormat?.rawValue.uppercased() ?? type.rawValue
  }

  /// Returns the elements of a tensor of weights, widened to single precision.
  package func floats() -> [Float] {
    let bytes = bytes
    if let blockFormat { return blockFormat.elements(of: bytes) }
    return (0..<elementCount).map { index in
      switch type {
      case .float32: bytes.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
      case .float16: Float(Float16(bitPattern: bits(at: index)))
      case .bfloat16: Float(bitPattern: UInt32(bits(at: index)) << 16)
      default: preconditionFailure("\(type) is not a type of weights")
      }
    }
  }

  private func bits(at index: Int) -> UInt16 {
    bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
  }
}

/// A tensor as it lies in a weights file.
package struct StoredTensor: Sendable {
  /// The name the file gives it.
  package let name: String

  /// The type of its elements.
  package let type: ElementType

  /// Its dimensions.
  package let shape: Shape

  /// The file it lies in.
  package let file: MappedFile

  /// Where its bytes are in `file`; checked to lie inside it and to fit `shape` and `type`.
  package let byteRange: Range<Int>

  /// Its elements, row-major and little-endian; valid as long as `file` lives.
  ///
  /// The address is not necessarily a multiple of the element size.
  package var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[byteRange])
  }

  /// The number of elements.
  package var elementCount: Int { byteRange.count / type.byteCount }
}

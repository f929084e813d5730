/// A matrix of weights, used where it lies in its file, in the type it is stored in.
package struct WeightMatrix: Sendable {
  /// The number of rows: features of the output, or entries of a table.
  package let rows: Int

  /// The number of elements of a row: features of the input.
  package let columns: Int

  private let storage: StoredTensor

  /// Creates the matrix stored as `tensor`, of `rows` × `columns` elements.
  package init(_ tensor: StoredTensor, rows: Int, columns: Int) {
    precondition(tensor.elementCount == rows * columns, "\(tensor.shape) is not \(rows)×\(columns)")
    self.rows = rows
    self.columns = columns
    storage = tensor
  }

  /// The type of the elements.
  package var type: ElementType { storage.type }

  /// The elements, row-major, at any address; valid as long as this value lives.
  package var bytes: UnsafeRawBufferPointer { storage.bytes }

  /// The bytes from one row to the next.
  package var rowByteCount: Int { columns * type.byteCount }
}

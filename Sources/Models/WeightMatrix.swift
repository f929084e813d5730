package import Checkpoints
package import Kernels

/// A matrix of weights as the kernels read it: where it lies in its file, or in memory of its own.
package struct WeightMatrix: Sendable {
  /// The number of rows: features of the output, or entries of a table.
  package let rows: Int

  /// The number of elements of a row: features of the input.
  package let columns: Int

  /// How the elements are written; rows follow each other without gap.
  package let format: Kernels.Format

  /// The row of the stored tensor, or of the memory, that is the first.
  private let firstRow: Int
  private let storage: Storage
  private var prepared: (memory: WeightMemory, offset: Int, operand: Kernels.Operand)?

  private enum Storage {
    case stored(StoredTensor)
    case memory(WeightMemory)
  }

  /// Creates the matrix stored as `tensor`, of `rows` × `columns` elements.
  package init(_ tensor: StoredTensor, rows: Int, columns: Int) {
    precondition(tensor.elementCount == rows * columns, "\(tensor.shape) is not \(rows)×\(columns)")
    guard let format = tensor.format else {
      preconditionFailure("\(tensor.typeName) is not a type of weights")
    }
    self.rows = rows
    self.columns = columns
    self.format = format
    firstRow = 0
    storage = .stored(tensor)
  }

  /// Creates a matrix of `rows` × `columns` elements in memory of its own, written by `fill`.
  ///
  /// - Parameters:
  ///   - rows: The number of rows.
  ///   - columns: The length of a row, a multiple of the format's block.
  ///   - format: How `fill` writes the elements.
  ///   - fill: Writes the rows.
  package init(
    rows: Int, columns: Int, format: Kernels.Format, fill: (UnsafeMutableRawBufferPointer) -> Void
  ) {
    guard let rowBytes = format.rowBytes(columnCount: columns) else {
      preconditionFailure("rows of \(columns) elements in \(format)")
    }
    let memory = WeightMemory(byteCount: rows * rowBytes)
    fill(memory.bytes)
    self.rows = rows
    self.columns = columns
    self.format = format
    firstRow = 0
    storage = .memory(memory)
  }

  /// The rows `range`, as a matrix; nothing is copied.
  package func rows(_ range: Range<Int>) -> WeightMatrix { WeightMatrix(self, rows: range) }

  private init(_ whole: WeightMatrix, rows range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= whole.rows, "rows \(range)")
    rows = range.count
    columns = whole.columns
    format = whole.format
    firstRow = whole.firstRow + range.lowerBound
    storage = whole.storage
  }

  /// The elements, row-major, at any address; valid as long as this value lives.
  package var bytes: UnsafeRawBufferPointer {
    let all =
      switch storage {
      case .stored(let tensor): tensor.bytes
      case .memory(let memory): UnsafeRawBufferPointer(memory.bytes)
      }
    let first = firstRow * rowByteCount
    return UnsafeRawBufferPointer(rebasing: all[first..<first + rows * rowByteCount])
  }

  /// Whether no weight is infinite or undefined.
  package var isFinite: Bool { format.isFinite(bytes) }

  /// The bytes from one row to the next.
  package var rowByteCount: Int { columns / format.blockElements * format.blockBytes }

  /// The matrix as the kernels see it; valid as long as `self` lives.
  package var matrix: Kernels.Matrix {
    guard let base = bytes.baseAddress else { preconditionFailure("an empty matrix") }
    var matrix = Kernels.Matrix(
      base: base, rowCount: rows, columnCount: columns, format: format)
    matrix.prepared = prepared.flatMap { memory, offset, operand in
      memory.bytes.baseAddress.map {
        Kernels.PreparedSlabs(
          base: UnsafeRawPointer($0 + offset), operand: operand,
          slabBytes: operand.slabBytes(columnCount: columns))
      }
    }
    return matrix
  }

  /// The bytes ``prepare(_:_:into:at:)`` takes.
  func preparedByteCount(_ kernels: Kernels, _ precision: Kernels.Precision) -> Int {
    (rows + 15) / 16 * kernels.operand(for: format, precision).slabBytes(columnCount: columns)
  }

  /// Decodes the weights once and for all, in addition to what is stored.
  ///
  /// - Parameters:
  ///   - kernels: What products are computed with.
  ///   - precision: The precision of the products.
  ///   - memory: Where the decoded weights go; shared by all matrices of a network.
  ///   - offset: The first byte in it; on return the first byte behind what was written.
  mutating func prepare(
    _ kernels: Kernels, _ precision: Kernels.Precision, into memory: WeightMemory,
    at offset: inout Int
  ) {
    let operand = kernels.operand(for: format, precision)
    let end = offset + preparedByteCount(kernels, precision)
    precondition(end <= memory.bytes.count, "\(end) bytes of \(memory.bytes.count)")
    guard let base = memory.bytes.baseAddress else { return }
    kernels.prepare(matrix, for: operand, into: base + offset)
    prepared = (memory, offset, operand)
    offset = end
  }

  /// Tells the system that the file's pages are not needed for now.
  package func releasePages() {
    if case .stored(let tensor) = storage { tensor.file.releasePages(tensor.byteRange) }
  }
}

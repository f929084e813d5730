extension Kernels {
  /// How the elements of a weight matrix are stored.
  package enum Format: String, CaseIterable, Sendable {
    case f32, bf16, f16
    /// GGML's blocks of 32 elements with a scale.
    case q8_0, q4_0
    /// GGML's blocks of 256 elements with scales of their own every 32 or 16.
    case q4_K, q6_K
    /// GGML's other blocks of 32, which are only read.
    case q4_1, q5_0, q5_1, iq4_nl
    /// GGML's other blocks of 256, which are only read.
    case q2_K, q3_K, q5_K, iq4_xs

    /// Whether weights can be rounded to it.
    package var isWritable: Bool {
      switch self {
      case .f32, .bf16, .f16, .q8_0, .q4_0, .q4_K, .q6_K: true
      case .q4_1, .q5_0, .q5_1, .iq4_nl, .q2_K, .q3_K, .q5_K, .iq4_xs: false
      }
    }

    /// Elements of a block; the length of a row is a multiple of it.
    package var blockElements: Int {
      switch self {
      case .f32, .bf16, .f16: 1
      case .q8_0, .q4_0, .q4_1, .q5_0, .q5_1, .iq4_nl: 32
      case .q4_K, .q6_K, .q2_K, .q3_K, .q5_K, .iq4_xs: 256
      }
    }

    /// Bytes of a block.
    package var blockBytes: Int {
      switch self {
      case .f32: 4
      case .bf16, .f16: 2
      case .q8_0: 34
      case .q4_0: 18
      case .q4_K: 144
      case .q6_K: 210
      case .q4_1: 20
      case .q5_0: 22
      case .q5_1: 24
      case .iq4_nl: 18
      case .q2_K: 84
      case .q3_K: 110
      case .q5_K: 176
      case .iq4_xs: 136
      }
    }

    /// Bytes of a row of `columnCount` elements, or `nil` if that is no multiple of a block or too
    /// large a number.
    package func rowBytes(columnCount: Int) -> Int? {
      guard columnCount >= 0, columnCount % blockElements == 0 else { return nil }
      let (bytes, overflows) = (columnCount / blockElements).multipliedReportingOverflow(
        by: blockBytes)
      return overflows ? nil : bytes
    }
  }

  /// What products are computed with.
  package enum Precision: Sendable {
    /// f32 throughout; exact products of the weights as they are stored. With the others, attention
    /// multiplies in bfloat16 where the processor does.
    case f32
    /// Weights and activations rounded to bfloat16 where the processor multiplies those, else f32.
    case bf16
    /// The fastest that loses little beside the weights' own rounding: f32 and f16 weights in f32,
    /// Q8_0, Q4_0 and Q4_K in 8-bit integers with a scale every 32, bf16 and other blocks in bf16.
    case fast
  }

  /// What the inner loop of a product multiplies; weights and activations are converted to it.
  package enum Operand: Sendable {
    case f32
    /// Both sides rounded to bfloat16.
    case bf16
    /// 8-bit integers with a scale every 32.
    case int8
  }

  /// Weights decoded beforehand, so that a product finds them as its inner loop reads them.
  ///
  /// In memory that somebody else keeps.
  package struct PreparedSlabs: @unchecked Sendable {
    /// The first slab of 16 rows; aligned to a cache line.
    package var base: UnsafeRawPointer
    /// The products they are good for.
    package var operand: Operand
    /// From one slab to the next, in bytes.
    package var slabBytes: Int

    /// Describes slabs; the arguments are not checked.
    package init(base: UnsafeRawPointer, operand: Operand, slabBytes: Int) {
      self.base = base
      self.operand = operand
      self.slabBytes = slabBytes
    }

    /// The slabs from row `first`; `nil` if none begins there.
    func rows(from first: Int) -> PreparedSlabs? {
      guard first % 16 == 0 else { return nil }
      var part = self
      part.base += first / 16 * slabBytes
      return part
    }
  }

  /// A weight matrix of shape `[rowCount, columnCount]`, in memory that somebody else keeps.
  package struct Matrix: @unchecked Sendable {
    /// The first row; any alignment.
    package var base: UnsafeRawPointer
    /// Output features, N.
    package var rowCount: Int
    /// Input features, K.
    package var columnCount: Int
    package var format: Format
    /// From one row to the next, in bytes.
    package var rowStride: Int
    /// The same weights, made ready for products; `nil` decodes rows whenever they are needed.
    package var prepared: PreparedSlabs?

    /// Describes a matrix whose rows follow each other, unless `rowStride` says otherwise.
    package init(
      base: UnsafeRawPointer, rowCount: Int, columnCount: Int, format: Format,
      rowStride: Int? = nil
    ) {
      guard let rowBytes = format.rowBytes(columnCount: columnCount), rowCount >= 0 else {
        preconditionFailure("\(rowCount) rows of \(columnCount) elements in \(format)")
      }
      self.base = base
      self.rowCount = rowCount
      self.columnCount = columnCount
      self.format = format
      self.rowStride = rowStride ?? rowBytes
    }

    /// The rows in `range`, as a matrix.
    package func rows(_ range: Range<Int>) -> Matrix {
      precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "rows \(range)")
      var part = self
      part.base += range.lowerBound * rowStride
      part.rowCount = range.count
      part.prepared = prepared?.rows(from: range.lowerBound)
      return part
    }
  }

  /// Rows of f32 activations, shape `[count, width]`, in memory that somebody else keeps.
  package struct Rows: @unchecked Sendable {
    package var base: UnsafeMutablePointer<Float>
    package var count: Int
    package var width: Int
    /// From one row to the next, in elements.
    package var stride: Int

    package init(
      _ base: UnsafeMutablePointer<Float>, count: Int, width: Int, stride: Int? = nil
    ) {
      precondition(count >= 0 && width >= 0 && stride ?? width >= width, "\(count) × \(width)")
      self.base = base
      self.count = count
      self.width = width
      self.stride = stride ?? width
    }

    /// The start of row `index`.
    package subscript(index: Int) -> UnsafeMutablePointer<Float> { base + index * stride }

    /// Columns `range` of every row.
    package func columns(_ range: Range<Int>) -> Rows {
      precondition(range.lowerBound >= 0 && range.upperBound <= width, "columns \(range)")
      return Rows(base + range.lowerBound, count: count, width: range.count, stride: stride)
    }

    /// Rows `range`.
    package func rows(_ range: Range<Int>) -> Rows {
      precondition(range.lowerBound >= 0 && range.upperBound <= count, "rows \(range)")
      return Rows(
        base + range.lowerBound * stride, count: range.count, width: width, stride: stride)
    }
  }
}

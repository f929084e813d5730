internal import CKernels

extension Kernels.Format {
  var format: ck_format {
    switch self {
    case .f32: CK_FORMAT_F32
    case .bf16: CK_FORMAT_BF16
    case .f16: CK_FORMAT_F16
    case .q8_0: CK_FORMAT_Q8_0
    case .q4_0: CK_FORMAT_Q4_0
    case .q4_K: CK_FORMAT_Q4_K
    case .q6_K: CK_FORMAT_Q6_K
    case .q4_1: CK_FORMAT_Q4_1
    case .q5_0: CK_FORMAT_Q5_0
    case .q5_1: CK_FORMAT_Q5_1
    case .q2_K: CK_FORMAT_Q2_K
    case .q3_K: CK_FORMAT_Q3_K
    case .q5_K: CK_FORMAT_Q5_K
    case .iq4_nl: CK_FORMAT_IQ4_NL
    case .iq4_xs: CK_FORMAT_IQ4_XS
    }
  }
}

extension Kernels.Operand {
  var operand: ck_operand {
    switch self {
    case .f32: CK_OPERAND_F32
    case .bf16: CK_OPERAND_BF16
    case .int8: CK_OPERAND_I8
    }
  }

  /// Bytes of a prepared slab: 16 rows of `columnCount` weights.
  package func slabBytes(columnCount: Int) -> Int { ck_slab_bytes(operand, columnCount) }
}

extension Kernels.Matrix {
  var weights: ck_weights {
    ck_weights(
      base: base, rows: rowCount, columns: columnCount, stride_bytes: rowStride,
      format: format.format, slabs: nil)
  }

  /// The weights for products of `operand`.
  func weights(for operand: ck_operand) -> ck_weights {
    var weights = weights
    if let prepared, prepared.operand.operand == operand { weights.slabs = prepared.base }
    return weights
  }
}

extension Kernels {
  /// Decodes a matrix for products of `operand`, on all threads.
  ///
  /// - Parameters:
  ///   - matrix: In any format; `int8` takes blocks only.
  ///   - operand: What the products will multiply.
  ///   - output: ⌈rows/16⌉ · ``Operand/slabBytes(columnCount:)`` bytes, aligned to a cache line.
  package func prepare(
    _ matrix: Matrix, for operand: Operand, into output: UnsafeMutableRawPointer
  ) {
    // Each slab is written by one thread.
    nonisolated(unsafe) let output = output
    withUnsafePointer(to: matrix.weights) { weights in
      pool.run(taskCount: (matrix.rowCount + 15) / 16) { slab, _ in
        ck_prepare_slab(isa, operand.operand, weights, slab, output)
      }
    }
  }

  /// Writes a row of a matrix as f32, on the calling thread.
  ///
  /// - Parameters:
  ///   - row: Its index.
  ///   - matrix: In any format.
  ///   - output: Shape `[matrix.columnCount]`.
  package func dequantize(
    row: Int, of matrix: Matrix, into output: UnsafeMutablePointer<Float>
  ) {
    precondition(row >= 0 && row < matrix.rowCount, "row \(row) of \(matrix.rowCount)")
    withUnsafePointer(to: matrix.weights) { weights in
      ck_dequantize(isa, weights, row, 0, matrix.columnCount, output)
    }
  }

  /// Rounds values to a format; the output is what ``Matrix`` reads.
  ///
  /// Works on the calling thread, so that loading can share out tensors as it likes.
  ///
  /// - Parameters:
  ///   - values: Shape `[count]`.
  ///   - count: A multiple of the format's block.
  ///   - format: What to write; one that is writable.
  ///   - output: `count / blockElements * blockBytes` bytes.
  package func quantize(
    _ values: UnsafePointer<Float>, count: Int, to format: Format,
    into output: UnsafeMutableRawPointer
  ) {
    precondition(
      format.isWritable && count % format.blockElements == 0, "\(count) elements in \(format)")
    ck_quantize(isa, format.format, values, count, output)
  }
}

extension Kernels.Format {
  /// Returns the elements of blocks, widened to single precision, without an instance's threads.
  ///
  /// - Parameter bytes: Whole blocks, at any address.
  /// - Returns: Their elements.
  package func elements(of bytes: UnsafeRawBufferPointer) -> [Float] {
    let count = bytes.count / blockBytes * blockElements
    guard count > 0, let base = bytes.baseAddress else { return [] }
    var weights = Kernels.Matrix(base: base, rowCount: 1, columnCount: count, format: self).weights
    return [Float](unsafeUninitializedCapacity: count) { output, initialized in
      if let output = output.baseAddress {
        ck_dequantize(CK_ISA_SCALAR, &weights, 0, 0, count, output)
        initialized = count
      }
    }
  }
}

internal import CKernels

extension Kernels {
  /// The left side of products C = A·Bᵀ on one thread: A, converted once for all matrices it meets.
  ///
  /// Keep one and pack it again and again: its memory is reused. Used by one thread at a time.
  package final class LeftFactor: @unchecked Sendable {
    fileprivate var memory = AlignedMemory()
    fileprivate(set) var base: UnsafeMutableRawPointer?
    fileprivate var operand = CK_OPERAND_F32

    /// Rows of A.
    package fileprivate(set) var rowCount = 0
    /// Columns of A, over which products are summed.
    package fileprivate(set) var depth = 0

    package init() {}
  }

  /// The right side of products C = A·Bᵀ: B, converted once for all they are multiplied with.
  ///
  /// Packed by one thread; then any number may multiply by it.
  package final class RightFactor: @unchecked Sendable {
    fileprivate var memory = AlignedMemory()
    fileprivate(set) var base: UnsafeMutableRawPointer?
    fileprivate var operand = CK_OPERAND_F32

    /// Rows of B: columns of the product.
    package fileprivate(set) var rowCount = 0
    /// Columns of B, over which products are summed.
    package fileprivate(set) var depth = 0

    package init() {}
  }

  /// Converts a left factor, on the calling thread.
  ///
  /// - Parameters:
  ///   - rows: A, or Aᵀ.
  ///   - transposed: Whether `rows` holds Aᵀ: then its columns become the rows of the factor.
  ///   - norm: A norm to apply to each row; only for A itself.
  ///   - operand: `.f32` or `.bf16`.
  ///   - factor: What is packed.
  package func pack(
    _ rows: Rows, transposed: Bool = false, norm: Norm? = nil, as operand: Operand,
    into factor: LeftFactor
  ) {
    precondition(norm == nil || !transposed, "a norm applies to rows")
    let memory = begin(
      factor, rowCount: transposed ? rows.width : rows.count,
      depth: transposed ? rows.count : rows.width, as: operand)
    let tiles = (factor.rowCount + Self.tileRows - 1) / Self.tileRows
    guard !transposed else {
      ck_pack_transposed(
        isa, factor.operand, rows.base, rows.stride, rows.count, rows.width, 0, tiles, memory)
      return
    }
    var values = ck_norm(weight: norm?.weight, epsilon: norm?.epsilon ?? 0)
    withUnsafePointer(to: &values) { values in
      for tile in 0..<tiles {
        ck_pack(
          isa, factor.operand, rows.base, rows.stride, rows.count, rows.width,
          norm == nil ? nil : values, tile, memory)
      }
    }
  }

  /// Converts a right factor, on the calling thread.
  ///
  /// - Parameters:
  ///   - rows: B, or Bᵀ.
  ///   - transposed: Whether `rows` holds Bᵀ: then its columns become the rows of the factor.
  ///   - operand: `.f32` or `.bf16`.
  ///   - factor: What is packed.
  package func pack(
    _ rows: Rows, transposed: Bool = false, as operand: Operand, into factor: RightFactor
  ) {
    let memory = begin(
      factor, rowCount: transposed ? rows.width : rows.count,
      depth: transposed ? rows.count : rows.width, as: operand)
    let slabs = (factor.rowCount + 15) / 16
    guard !transposed else {
      ck_prepare_slab_transposed(
        isa, factor.operand, rows.base, rows.stride, rows.count, rows.width, 0, slabs, memory)
      return
    }
    let weights = ck_weights(
      base: rows.base, rows: rows.count, columns: rows.width,
      stride_bytes: rows.stride * MemoryLayout<Float>.stride, format: CK_FORMAT_F32, slabs: nil)
    withUnsafePointer(to: weights) { weights in
      for slab in 0..<slabs { ck_prepare_slab(isa, factor.operand, weights, slab, memory) }
    }
  }

  /// Makes room for a left factor that is packed a part of its depth at a time.
  ///
  /// - Parameters:
  ///   - factor: What will be packed.
  ///   - rowCount: Its rows.
  ///   - depth: Its columns.
  ///   - operand: `.f32` or `.bf16`.
  /// - Returns: The room.
  @discardableResult
  package func begin(
    _ factor: LeftFactor, rowCount: Int, depth: Int, as operand: Operand
  ) -> UnsafeMutableRawPointer {
    precondition(operand != .int8, "factors are f32 or bf16")
    factor.rowCount = rowCount
    factor.depth = depth
    factor.operand = operand.operand
    let tiles = (rowCount + Self.tileRows - 1) / Self.tileRows
    let memory = factor.memory.reserve(tiles * ck_packed_tile_bytes(factor.operand, depth))
    factor.base = memory
    return memory
  }

  /// The same for a right factor.
  @discardableResult
  package func begin(
    _ factor: RightFactor, rowCount: Int, depth: Int, as operand: Operand
  ) -> UnsafeMutableRawPointer {
    precondition(operand != .int8, "factors are f32 or bf16")
    factor.rowCount = rowCount
    factor.depth = depth
    factor.operand = operand.operand
    let memory = factor.memory.reserve((rowCount + 15) / 16 * ck_slab_bytes(factor.operand, depth))
    factor.base = memory
    return memory
  }

  /// Converts columns of a left factor, on the calling thread.
  ///
  /// - Parameters:
  ///   - part: What stands in those columns, transposed: a row of it becomes a column of the factor.
  ///   - first: The first of the columns, even; the number of columns is even but for the last ones.
  ///   - factor: One that was begun.
  package func pack(transposed part: Rows, at first: Int, into factor: LeftFactor) {
    precondition(part.width == factor.rowCount, "\(part.width) columns, \(factor.rowCount)")
    precondition(first % 2 == 0 && first + part.count <= factor.depth, "\(first), \(part.count)")
    guard let base = factor.base else { return }
    ck_pack_transposed_part(
      isa, factor.operand, part.base, part.stride, part.count, part.width, first, factor.depth, base
    )
  }

  /// The same for a right factor.
  package func pack(transposed part: Rows, at first: Int, into factor: RightFactor) {
    precondition(part.width == factor.rowCount, "\(part.width) columns, \(factor.rowCount)")
    precondition(first % 2 == 0 && first + part.count <= factor.depth, "\(first), \(part.count)")
    guard let base = factor.base else { return }
    ck_prepare_slab_transposed_part(
      isa, factor.operand, part.base, part.stride, part.count, part.width, first, factor.depth, base
    )
  }

  /// Computes C = A·Bᵀ, or C += A·Bᵀ, on the calling thread.
  ///
  /// For kernels of a single thread, which one thread uses at a time.
  ///
  /// - Parameters:
  ///   - left: A, shape `[M, K]`.
  ///   - right: B, shape `[N, K]`, packed for the same operand.
  ///   - columns: The rows of B to multiply by, from a multiple of 32 on; `nil` stands for all.
  ///   - output: C, shape `[M, N]`, or those columns of it.
  ///   - accumulate: Whether to add to C.
  package func multiply(
    _ left: LeftFactor, by right: RightFactor, columns: Range<Int>? = nil, into output: Rows,
    accumulate: Bool = false
  ) {
    let columns = columns ?? 0..<right.rowCount
    precondition(
      columns.lowerBound % Self.panelColumns == 0 && columns.upperBound <= right.rowCount,
      "columns \(columns) of \(right.rowCount)")
    precondition(left.depth == right.depth, "depths \(left.depth) and \(right.depth)")
    precondition(left.operand == right.operand, "factors of different operands")
    precondition(
      output.count == left.rowCount && output.width == columns.count,
      "\(output.count) × \(output.width) for \(left.rowCount) × \(columns.count)")
    precondition(pool.threadCount == 1, "factors are multiplied by one thread")
    guard let packed = left.base, let base = right.base, output.count > 0 else { return }
    let slabs = base + columns.lowerBound / 16 * ck_slab_bytes(right.operand, right.depth)
    let weights = ck_weights(
      base: slabs, rows: columns.count, columns: right.depth, stride_bytes: 0,
      format: CK_FORMAT_F32, slabs: slabs)
    let product = ck_matmul(
      isa: isa, operand: left.operand, packed: packed, rows: left.rowCount, weights: weights,
      bias: nil, output: output.base, stride: output.stride, accumulate: accumulate ? 1 : 0,
      lookahead: 1)
    let panels = (columns.count + Self.panelColumns - 1) / Self.panelColumns
    let tiles = (left.rowCount + Self.tileRows - 1) / Self.tileRows
    withUnsafePointer(to: product) { product in
      for panel in 0..<panels { ck_matmul_panel(product, panel, 0, tiles, scratch[0]) }
    }
  }
}

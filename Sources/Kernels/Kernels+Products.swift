internal import CKernels
package import MaskedDiffusion

extension Kernels {
  /// The left side of matrix products: activations, converted once for all matrices they meet.
  ///
  /// Keep one and ``set(_:norm:)`` it again and again: its memory is reused. The rows must stay
  /// unchanged as long as products of them are computed, because the conversion happens at the
  /// first product that needs it.
  package final class Input {
    var rows: Rows?
    var norm: Norm?
    private var tilesF32 = AlignedMemory()
    private var tilesBF16 = AlignedMemory()
    private var tilesInt8 = AlignedMemory()
    private var stripsF32 = AlignedMemory()
    private var stripsBF16 = AlignedMemory()
    private var converted: [Packing] = []

    package init() { converted.reserveCapacity(Packing.allCases.count) }

    /// Chooses the rows, X `[T, K]`, and optionally a norm to apply to them.
    package func set(_ rows: Rows, norm: Norm? = nil) {
      self.rows = rows
      self.norm = norm
      converted.removeAll(keepingCapacity: true)
    }

    /// Memory for the rows in `packing`, and whether they are there already; from now on they are.
    func memory(
      for packing: Packing, byteCount: Int
    ) -> (memory: UnsafeMutableRawPointer, isPacked: Bool) {
      let isPacked = converted.contains(packing)
      if !isPacked { converted.append(packing) }
      let memory =
        switch packing {
        case .tilesF32: tilesF32.reserve(byteCount)
        case .tilesBF16: tilesBF16.reserve(byteCount)
        case .tilesInt8: tilesInt8.reserve(byteCount)
        case .stripsF32: stripsF32.reserve(byteCount)
        case .stripsBF16: stripsBF16.reserve(byteCount)
        }
      return (memory, isPacked)
    }
  }

  /// How the rows of an input are laid out for products: in tiles for those that decode panels of
  /// weights, in strips for those that read weights where they lie.
  enum Packing: CaseIterable {
    case tilesF32, tilesBF16, tilesInt8, stripsF32, stripsBF16

    init(_ operand: ck_operand, isDirect: Bool) {
      self =
        switch operand {
        case CK_OPERAND_F32: isDirect ? .stripsF32 : .tilesF32
        case CK_OPERAND_BF16: isDirect ? .stripsBF16 : .tilesBF16
        default: .tilesInt8
        }
    }
  }

  /// Computes Y = X·Wᵀ (+ bias), or Y += X·Wᵀ (+ bias) for a residual.
  ///
  /// - Parameters:
  ///   - input: X, shape `[T, K]`.
  ///   - weights: W, shape `[N, K]`.
  ///   - bias: Shape `[N]`.
  ///   - output: Y, shape `[T, N]`; it must not overlap X.
  ///   - accumulate: Whether to add to Y.
  ///   - precision: What is multiplied.
  ///   - cancellation: When raised, the rest of the work is left out.
  package func multiply(
    _ input: Input, by weights: Matrix, bias: UnsafePointer<Float>? = nil, into output: Rows,
    accumulate: Bool = false, precision: Precision = .fast, cancellation: CancellationFlag? = nil
  ) {
    let operand = operand(for: weights.format, precision).operand
    let isDirect = readsInPlace(weights, as: operand, rows: output.count)
    var product = product(
      of: input, by: weights, into: output, as: operand, isDirect: isDirect)
    product.bias = bias
    product.accumulate = accumulate ? 1 : 0
    run(product, isDirect: isDirect, cancellation: cancellation) { product, part in
      if isDirect {
        ck_matmul_band(
          product, part.columns, part.rows.lowerBound, part.rows.count, scratch[part.worker])
      } else {
        ck_matmul_panel(
          product, part.columns, part.rows.lowerBound, part.rows.count, scratch[part.worker])
      }
    }
  }

  /// Computes H = silu(X·Gᵀ) ⊙ (X·Uᵀ), the first half of a SwiGLU feed-forward layer, and makes it the
  /// rows of an input for the second half.
  ///
  /// - Parameters:
  ///   - input: X, shape `[T, K]`.
  ///   - gate: G, shape `[N, K]`.
  ///   - up: U, shape `[N, K]`, in any format.
  ///   - hidden: Memory for H, shape `[T, N]`; it must not overlap X. Where H is converted at once for
  ///     products by `down`, it stays as it was.
  ///   - output: What becomes an input of rows H, for products by `down`; not `input` itself.
  ///   - down: What the output will be multiplied by, N columns.
  ///   - precision: What is multiplied.
  ///   - cancellation: When raised, the rest of the work is left out.
  package func multiplySwiGLU(
    _ input: Input, gate: Matrix, up: Matrix, through hidden: Rows, into output: Input,
    for down: Matrix, precision: Precision = .fast, cancellation: CancellationFlag? = nil
  ) {
    precondition(
      up.rowCount == gate.rowCount && up.columnCount == gate.columnCount,
      "gate \(gate.rowCount) × \(gate.columnCount), up \(up.rowCount) × \(up.columnCount)")
    // One input has one kind of operand: mixed formats meet in f32.
    let (first, second) = (operand(for: gate.format, precision), operand(for: up.format, precision))
    let operand = first == second ? first.operand : CK_OPERAND_F32
    let isDirect =
      readsInPlace(gate, as: operand, rows: hidden.count)
      && readsInPlace(up, as: operand, rows: hidden.count)
    let product = product(of: input, by: gate, into: hidden, as: operand, isDirect: isDirect)
    output.set(hidden)
    var strips: UnsafeMutableRawPointer?
    if isDirect, self.operand(for: down.format, precision).operand == operand,
      readsInPlace(down, as: operand, rows: hidden.count)
    {
      strips = memory(ofStrips: hidden, in: output, as: operand).memory
    }
    withUnsafePointer(to: up.weights(for: operand)) { up in
      run(product, isDirect: isDirect, cancellation: cancellation) { product, part in
        if isDirect {
          ck_matmul_swiglu_band(
            product, up, nil, part.columns, part.rows.lowerBound, part.rows.count,
            scratch[part.worker], strips)
        } else {
          ck_matmul_swiglu_panel(
            product, up, nil, part.columns, part.rows.lowerBound, part.rows.count,
            scratch[part.worker], scratch.upRows(of: part.worker))
        }
      }
    }
  }

  /// What products of weights in `format` multiply.
  package func operand(for format: Format, _ precision: Precision) -> Operand {
    let wanted: Operand =
      switch (precision, format) {
      case (.f32, _), (.fast, .f32), (.fast, .f16): .f32
      case (.fast, .q8_0), (.fast, .q4_0), (.fast, .q4_K): .int8
      case (.bf16, _), (.fast, _): .bf16
      }
    if wanted == .int8 { return instructionSet.multipliesIntegers(of: format) ? .int8 : .f32 }
    return ck_operand_is_fast(isa, wanted.operand) != 0 ? wanted : .f32
  }

  private func readsInPlace(_ weights: Matrix, as operand: ck_operand, rows: Int) -> Bool {
    withUnsafePointer(to: weights.weights(for: operand)) {
      ck_matmul_is_direct(isa, operand, $0, rows) != 0
    }
  }

  private func product(
    of input: Input, by weights: Matrix, into output: Rows, as operand: ck_operand, isDirect: Bool
  ) -> ck_matmul {
    guard let rows = input.rows else { preconditionFailure("an input without rows") }
    precondition(
      rows.width == weights.columnCount, "\(rows.width) columns by \(weights.columnCount)")
    precondition(
      output.count == rows.count && output.width == weights.rowCount,
      "\(output.count) × \(output.width) for \(rows.count) × \(weights.rowCount)")
    let packed =
      isDirect ? strips(of: input, rows, as: operand) : tiles(of: input, rows, as: operand)
    return ck_matmul(
      isa: isa, operand: operand, packed: packed, rows: rows.count,
      weights: weights.weights(for: operand), bias: nil, output: output.base, stride: output.stride,
      accumulate: 0, lookahead: 0)
  }

  /// Converts the rows of `input` for products of panels, unless that has been done.
  private func tiles(of input: Input, _ rows: Rows, as operand: ck_operand) -> UnsafeRawPointer {
    let tiles = (rows.count + Self.tileRows - 1) / Self.tileRows
    let (memory, isPacked) = input.memory(
      for: Packing(operand, isDirect: false),
      byteCount: tiles * ck_packed_tile_bytes(operand, rows.width))
    if !isPacked {
      pack(input, rows, groups: tiles, rowsOfGroup: Self.tileRows) { tile, norm in
        ck_pack(
          isa, operand, rows.base, rows.stride, rows.count, rows.width, norm, tile, memory)
      }
    }
    return UnsafeRawPointer(memory)
  }

  /// Converts the rows of `input` for products of bands, unless that has been done.
  private func strips(of input: Input, _ rows: Rows, as operand: ck_operand) -> UnsafeRawPointer {
    let (memory, isPacked) = memory(ofStrips: rows, in: input, as: operand)
    if !isPacked {
      let height = Self.vectorRows
      let vectors = (rows.count + height - 1) / height
      pack(input, rows, groups: vectors, rowsOfGroup: height) { vector, norm in
        ck_pack_strips(
          isa, operand, rows.base, rows.stride, rows.count, rows.width, norm, vector, memory)
      }
    }
    return UnsafeRawPointer(memory)
  }

  private func memory(
    ofStrips rows: Rows, in input: Input, as operand: ck_operand
  ) -> (memory: UnsafeMutableRawPointer, isPacked: Bool) {
    input.memory(
      for: Packing(operand, isDirect: true),
      byteCount: ck_strips_bytes(operand, rows.count, rows.width))
  }

  /// Shares out groups of the rows of `input`.
  private func pack(
    _ input: Input, _ rows: Rows, groups: Int, rowsOfGroup: Int,
    _ body: (_ group: Int, _ norm: UnsafePointer<ck_norm>?) -> Void
  ) {
    var norm = ck_norm(weight: input.norm?.weight, epsilon: input.norm?.epsilon ?? 0)
    let hasNorm = input.norm != nil
    withUnsafePointer(to: &norm) { norm in
      forEachRange(of: groups, elements: rowsOfGroup * rows.width) { range in
        for group in range { body(group, hasNorm ? norm : nil) }
      }
    }
  }

  /// A part of a product: a panel or band, and tiles or strips.
  private struct ProductPart {
    var columns: Int
    var rows: Range<Int>
    var worker: Int
  }

  /// Shares out the panels or bands of a product; if they are few, their rows are shared out too.
  private func run(
    _ product: ck_matmul, isDirect: Bool, cancellation: CancellationFlag?,
    _ body: (_ product: UnsafePointer<ck_matmul>, _ part: ProductPart) -> Void
  ) {
    let width = isDirect ? Int(CK_BAND_FEATURES) : Self.panelColumns
    let height = isDirect ? Int(CK_STRIP_ROWS) : Self.tileRows
    let columns = (product.weights.rows + width - 1) / width
    let rows = (product.rows + height - 1) / height
    guard columns > 0, rows > 0 else { return }
    let most = max(1, ScratchMemory.upTiles * Self.tileRows / height)
    var parts = (rows + most - 1) / most
    let wanted = pool.threadCount == 1 ? 1 : 4 * pool.threadCount
    if columns * parts < wanted { parts = min(rows, (wanted + columns - 1) / columns) }
    let rowsOfPart = (rows + parts - 1) / parts
    parts = (rows + rowsOfPart - 1) / rowsOfPart
    var product = product
    product.lookahead = max(1, pool.threadCount / parts)
    withUnsafePointer(to: product) { product in
      pool.run(taskCount: columns * parts, cancellation: cancellation) { task, worker in
        let first = task % parts * rowsOfPart
        body(
          product,
          ProductPart(
            columns: task / parts, rows: first..<min(first + rowsOfPart, rows), worker: worker))
      }
    }
  }
}

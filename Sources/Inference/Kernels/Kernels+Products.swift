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
    private var f32 = AlignedMemory()
    private var bf16 = AlignedMemory()
    private var i8 = AlignedMemory()
    private var packed: [Bool] = [false, false, false]

    package init() {}

    /// Chooses the rows, X `[T, K]`, and optionally a norm to apply to them.
    package func set(_ rows: Rows, norm: Norm? = nil) {
      self.rows = rows
      self.norm = norm
      for index in packed.indices { packed[index] = false }
    }

    /// Memory for the rows as `operand`, and whether they are there already; from now on they are.
    func memory(
      for operand: ck_operand, byteCount: Int
    ) -> (memory: UnsafeMutableRawPointer, isPacked: Bool) {
      let index = Int(operand.rawValue)
      defer { packed[index] = true }
      switch operand {
      case CK_OPERAND_F32: return (f32.reserve(byteCount), packed[index])
      case CK_OPERAND_BF16: return (bf16.reserve(byteCount), packed[index])
      default: return (i8.reserve(byteCount), packed[index])
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
    var product = product(of: input, by: weights, into: output, precision: precision)
    product.bias = bias
    product.accumulate = accumulate ? 1 : 0
    run(product, cancellation: cancellation) { product, panel, tiles, worker in
      ck_matmul_panel(product, panel, tiles.lowerBound, tiles.count, scratch[worker])
    }
  }

  /// Computes Y = silu(X·Gᵀ) ⊙ (X·Uᵀ), the first half of a SwiGLU feed-forward layer.
  ///
  /// - Parameters:
  ///   - input: X, shape `[T, K]`.
  ///   - gate: G, shape `[N, K]`.
  ///   - up: U, shape `[N, K]`, in any format.
  ///   - output: Y, shape `[T, N]`; it must not overlap X.
  ///   - precision: What is multiplied.
  ///   - cancellation: When raised, the rest of the work is left out.
  package func multiplySwiGLU(
    _ input: Input, gate: Matrix, up: Matrix, into output: Rows, precision: Precision = .fast,
    cancellation: CancellationFlag? = nil
  ) {
    precondition(
      up.rowCount == gate.rowCount && up.columnCount == gate.columnCount,
      "gate \(gate.rowCount) × \(gate.columnCount), up \(up.rowCount) × \(up.columnCount)")
    var product = product(of: input, by: gate, into: output, precision: precision)
    if operand(for: up.format, precision).operand != product.operand {
      // The tiles of one input have one kind of operand: mixed formats meet in f32.
      product = self.product(of: input, by: gate, into: output, precision: .f32)
    }
    withUnsafePointer(to: up.weights(for: product.operand)) { up in
      run(product, cancellation: cancellation) { product, panel, tiles, worker in
        ck_matmul_swiglu_panel(
          product, up, nil, panel, tiles.lowerBound, tiles.count, scratch[worker],
          scratch.upRows(of: worker))
      }
    }
  }

  /// What products of weights in `format` multiply.
  package func operand(for format: Format, _ precision: Precision) -> Operand {
    let wanted: Operand =
      switch (precision, format) {
      case (.f32, _), (.fast, .f32), (.fast, .f16): .f32
      case (.bf16, _), (.fast, .bf16), (.fast, .q6_K): .bf16
      case (.fast, .q8_0), (.fast, .q4_0), (.fast, .q4_K): .int8
      }
    return ck_operand_is_fast(isa, wanted.operand) != 0 ? wanted : .f32
  }

  private func product(
    of input: Input, by weights: Matrix, into output: Rows, precision: Precision
  ) -> ck_matmul {
    guard let rows = input.rows else { preconditionFailure("an input without rows") }
    precondition(
      rows.width == weights.columnCount, "\(rows.width) columns by \(weights.columnCount)")
    precondition(
      output.count == rows.count && output.width == weights.rowCount,
      "\(output.count) × \(output.width) for \(rows.count) × \(weights.rowCount)")
    let operand = operand(for: weights.format, precision).operand
    return ck_matmul(
      isa: isa, operand: operand, packed: packed(input, rows, as: operand), rows: rows.count,
      weights: weights.weights(for: operand), bias: nil, output: output.base, stride: output.stride,
      accumulate: 0, lookahead: 0)
  }

  /// Converts the rows of `input`, unless that has been done.
  private func packed(_ input: Input, _ rows: Rows, as operand: ck_operand) -> UnsafeRawPointer {
    let tiles = (rows.count + Self.tileRows - 1) / Self.tileRows
    let byteCount = tiles * ck_packed_tile_bytes(operand, rows.width)
    let (memory, isPacked) = input.memory(for: operand, byteCount: byteCount)
    guard !isPacked else { return UnsafeRawPointer(memory) }
    var norm = ck_norm(weight: input.norm?.weight, epsilon: input.norm?.epsilon ?? 0)
    let hasNorm = input.norm != nil
    withUnsafePointer(to: &norm) { norm in
      forEachRange(of: tiles, elements: Self.tileRows * rows.width) { range in
        for tile in range {
          ck_pack(
            isa, operand, rows.base, rows.stride, rows.count, rows.width, hasNorm ? norm : nil,
            tile, memory)
        }
      }
    }
    return UnsafeRawPointer(memory)
  }

  /// Shares out the panels of a product; few panels are also cut into groups of tiles.
  private func run(
    _ product: ck_matmul, cancellation: CancellationFlag?,
    _ body: (
      _ product: UnsafePointer<ck_matmul>, _ panel: Int, _ tiles: Range<Int>, _ worker: Int
    ) -> Void
  ) {
    let panels = (product.weights.rows + Self.panelColumns - 1) / Self.panelColumns
    let tiles = (product.rows + Self.tileRows - 1) / Self.tileRows
    guard panels > 0, tiles > 0 else { return }
    var parts = (tiles + ScratchMemory.upTiles - 1) / ScratchMemory.upTiles
    let wanted = pool.threadCount == 1 ? 1 : 4 * pool.threadCount
    if panels * parts < wanted { parts = min(tiles, (wanted + panels - 1) / panels) }
    let tilesOfPart = (tiles + parts - 1) / parts
    parts = (tiles + tilesOfPart - 1) / tilesOfPart
    var product = product
    product.lookahead = max(1, pool.threadCount / parts)
    withUnsafePointer(to: product) { product in
      pool.run(taskCount: panels * parts, cancellation: cancellation) { task, worker in
        let first = task % parts * tilesOfPart
        body(product, task / parts, first..<min(first + tilesOfPart, tiles), worker)
      }
    }
  }
}

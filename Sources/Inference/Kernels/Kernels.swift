internal import CKernels
package import MaskedDiffusion

/// Arithmetic on this processor, checked and shared out over the threads of a pool.
///
/// The only way from Swift to `CKernels`. Sizes are checked here, once a call; a wrong one is a
/// programmer's mistake and stops the program with both values. Matrices are row-major. Results do
/// not depend on the number of threads. Calls from several threads take turns.
///
/// A raised cancellation flag makes an operation return early (within milliseconds) with part of
/// its output unwritten: whoever passes a flag looks at it afterwards.
package final class Kernels: Sendable {
  /// The instruction set in use.
  package let instructionSet: InstructionSet

  /// The threads.
  package let pool: ThreadPool

  private let isa: ck_isa
  private let scratch: ScratchMemory

  /// Starts a pool of `threadCount` threads.
  ///
  /// - Parameters:
  ///   - threadCount: The number of threads that compute, the caller's included; 1 or more.
  ///   - instructionSet: One that this processor has; `nil` stands for the fastest.
  package init(threadCount: Int, instructionSet: InstructionSet? = nil) {
    let instructionSet = instructionSet ?? .best
    precondition(instructionSet.isSupported, "this processor has no \(instructionSet)")
    self.instructionSet = instructionSet
    isa = instructionSet.isa
    pool = ThreadPool(threadCount: threadCount)
    scratch = ScratchMemory(
      threadCount: pool.threadCount, bytes: Self.scratchBytes, upColumns: panelColumns,
      tileRows: tileRows)
  }

  /// Runs `body` on `count` rows, in ranges large enough to be worth a thread.
  private func forEachRange(
    of count: Int, elements: Int, _ body: (_ range: Range<Int>) -> Void
  ) {
    // A thread is worth its while from about 16,000 elements on.
    let most = max(1, count * elements / 16_384)
    let tasks = min(count, most, pool.threadCount * 4)
    pool.run(taskCount: tasks) { task, _ in
      body(count * task / tasks..<count * (task + 1) / tasks)
    }
  }
}

// MARK: - Instruction sets

extension Kernels {
  /// A set of vector instructions.
  package enum InstructionSet: String, CaseIterable, CustomStringConvertible, Sendable {
    case scalar
    case avx2
    case avxVNNI = "avx-vnni"
    case avx512
    case avx512BF16 = "avx512-bf16"
    case neon
    case neonDot = "neon-dot"
    case neonI8MM = "neon-i8mm"

    /// The fastest that this processor has.
    package static let best = allCases.first { $0.isa == ck_best_isa() } ?? .scalar

    /// Whether this processor has it.
    package var isSupported: Bool { ck_isa_is_supported(isa) != 0 }

    package var description: String { rawValue }

    fileprivate var isa: ck_isa {
      switch self {
      case .scalar: CK_ISA_SCALAR
      case .avx2: CK_ISA_AVX2
      case .avxVNNI: CK_ISA_AVX_VNNI
      case .avx512: CK_ISA_AVX512
      case .avx512BF16: CK_ISA_AVX512_BF16
      case .neon: CK_ISA_NEON
      case .neonDot: CK_ISA_NEON_DOT
      case .neonI8MM: CK_ISA_NEON_I8MM
      }
    }
  }
}

// MARK: - Matrix products

extension Kernels.Format {
  fileprivate var format: ck_format {
    switch self {
    case .f32: CK_FORMAT_F32
    case .bf16: CK_FORMAT_BF16
    case .f16: CK_FORMAT_F16
    case .q8_0: CK_FORMAT_Q8_0
    case .q4_0: CK_FORMAT_Q4_0
    case .q4_K: CK_FORMAT_Q4_K
    case .q6_K: CK_FORMAT_Q6_K
    }
  }
}

extension Kernels.Operand {
  fileprivate var operand: ck_operand {
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
  fileprivate var weights: ck_weights {
    ck_weights(
      base: base, rows: rowCount, columns: columnCount, stride_bytes: rowStride,
      format: format.format, slabs: nil)
  }

  /// The weights for products of `operand`.
  fileprivate func weights(for operand: ck_operand) -> ck_weights {
    var weights = weights
    if let prepared, prepared.operand.operand == operand { weights.slabs = prepared.base }
    return weights
  }
}

extension Kernels {
  /// The left side of matrix products: activations, converted once for all matrices they meet.
  ///
  /// Keep one and ``set(_:norm:)`` it again and again: its memory is reused. The rows must stay
  /// unchanged as long as products of them are computed, because the conversion happens at the
  /// first product that needs it.
  package final class Input {
    fileprivate var rows: Rows?
    fileprivate var norm: Norm?
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
    fileprivate func memory(
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
    let tiles = (rows.count + tileRows - 1) / tileRows
    let byteCount = tiles * ck_packed_tile_bytes(operand, rows.width)
    let (memory, isPacked) = input.memory(for: operand, byteCount: byteCount)
    guard !isPacked else { return UnsafeRawPointer(memory) }
    var norm = ck_norm(weight: input.norm?.weight, epsilon: input.norm?.epsilon ?? 0)
    let hasNorm = input.norm != nil
    withUnsafePointer(to: &norm) { norm in
      forEachRange(of: tiles, elements: tileRows * rows.width) { range in
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
    let panels = (product.weights.rows + panelColumns - 1) / panelColumns
    let tiles = (product.rows + tileRows - 1) / tileRows
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

// MARK: - Attention

extension Kernels {
  /// Computes softmax(q·kᵀ·scale)·v of one sequence, for every head; bidirectional unless told.
  ///
  /// A query that sees no key gets zeros.
  ///
  /// - Parameters:
  ///   - q: Shape `[queries, heads · size]`, or wider as `heads` says.
  ///   - k: Shape `[keys, key heads · size]`, or wider as `heads` says.
  ///   - v: Shape of `k`.
  ///   - output: Shape `[queries, heads · size]`; it may be `q` itself if that has the same shape.
  ///   - heads: How the columns are divided.
  ///   - scale: `nil` stands for 1/√size.
  ///   - visible: Shape `[keys]`; 0 hides a key from every query. `nil` shows all.
  ///   - causalOffset: With it, query i sees keys 0...i + `causalOffset` only.
  ///   - precision: `.f32`, or anything else for products of bfloat16 where the processor has them.
  ///   - cancellation: When raised, the rest of the work is left out.
  package func attend(
    q: Rows, k: Rows, v: Rows, into output: Rows, heads: Heads, scale: Float? = nil,
    visible: UnsafePointer<UInt8>? = nil, causalOffset: Int? = nil, precision: Precision = .f32,
    cancellation: CancellationFlag? = nil
  ) {
    let width = heads.count * heads.size
    precondition(
      q.width == heads.queryWidth && output.width == width, "q \(q.width), \(output.width)")
    precondition(
      k.width == heads.keyWidth && v.width == heads.keyWidth, "k \(k.width), v \(v.width)")
    precondition(k.count == v.count && q.count == output.count, "\(k.count) keys, \(v.count)")
    let attention = ck_attention(
      isa: isa, operand: precision == .f32 ? CK_OPERAND_F32 : CK_OPERAND_BF16, q: q.base, k: k.base,
      v: v.base, output: output.base, q_stride: q.stride,
      k_stride: k.stride, v_stride: v.stride, output_stride: output.stride, queries: q.count,
      keys: k.count, heads: heads.count, key_heads: heads.keyCount, head_size: heads.size,
      q_group: heads.queryGroupStride, key_group: heads.keyStride,
      scale: scale ?? 1 / Float(heads.size).squareRoot(), visible: visible,
      causal: causalOffset == nil ? 0 : 1, causal_offset: causalOffset ?? 0)
    let tiles = (q.count + queriesOfTile - 1) / queriesOfTile
    withUnsafePointer(to: attention) { attention in
      pool.run(taskCount: heads.count * tiles, cancellation: cancellation) { task, worker in
        ck_attention_tile(attention, task / tiles, task % tiles, scratch[worker])
      }
    }
  }

  /// Rotates heads of every row in place, first half against second half.
  ///
  /// - Parameters:
  ///   - rows: Queries or keys, shape `[T, n · headSize]`, or groups of heads with something else
  ///     behind each group.
  ///   - headSize: Elements of a head; an odd last one stays as it is.
  ///   - groups: How many heads follow each other, and the elements from one such group to the next;
  ///     `nil` rotates all of the row.
  ///   - positions: Shape `[T]`, each a row of `table`.
  ///   - table: The angles of each position.
  package func rotate(
    _ rows: Rows, headSize: Int, groups: (headCount: Int, stride: Int)? = nil,
    positions: UnsafePointer<Int32>, table: RotaryTable
  ) {
    precondition(headSize > 0 && rows.width % headSize == 0, "\(rows.width) by \(headSize)")
    let (headCount, stride) = groups ?? (rows.width / headSize, max(1, rows.width))
    precondition(stride > 0 && headCount * headSize <= stride, "\(headCount) heads in \(stride)")
    for row in 0..<rows.count {
      precondition(
        positions[row] >= 0 && positions[row] < table.positionCount,
        "position \(positions[row]) of \(table.positionCount)")
    }
    forEachRange(of: rows.count, elements: rows.width) { range in
      for row in range {
        let entry = Int(positions[row]) * (headSize / 2)
        for first in Swift.stride(from: 0, to: rows.width, by: stride) {
          ck_rotate_halves(
            isa, rows[row] + first, min(headCount, (rows.width - first) / headSize), headSize,
            table.cosine + entry, table.sine + entry)
        }
      }
    }
  }
}

// MARK: - Rows

extension Kernels {
  /// Writes x / √(mean(x²) + ε) · weight for each row; `output` may be `input`.
  package func rmsNorm(_ input: Rows, norm: Norm, into output: Rows) {
    checkSameShape(input, output)
    forEachRange(of: input.count, elements: input.width) { range in
      for row in range {
        ck_rms_norm(isa, input[row], norm.weight, norm.epsilon, input.width, output[row])
      }
    }
  }

  /// Writes (x − mean) / √(variance + ε) · weight + bias for each row; `output` may be `input`.
  package func layerNorm(
    _ input: Rows, norm: Norm, bias: UnsafePointer<Float>? = nil, into output: Rows
  ) {
    checkSameShape(input, output)
    forEachRange(of: input.count, elements: input.width) { range in
      for row in range {
        ck_layer_norm(isa, input[row], norm.weight, bias, norm.epsilon, input.width, output[row])
      }
    }
  }

  /// Writes silu(gate) · up; `output` may be either.
  package func swiGLU(gate: Rows, up: Rows, into output: Rows) {
    checkSameShape(gate, output)
    checkSameShape(up, output)
    forEachRange(of: gate.count, elements: gate.width) { range in
      for row in range { ck_swiglu(isa, gate[row], up[row], gate.width, output[row]) }
    }
  }

  /// Writes GELU, with the error function or its tanh approximation; `output` may be `input`.
  package func gelu(_ input: Rows, tanhApproximation: Bool = false, into output: Rows) {
    checkSameShape(input, output)
    forEachRange(of: input.count, elements: input.width) { range in
      for row in range {
        ck_gelu(isa, input[row], tanhApproximation ? 1 : 0, input.width, output[row])
      }
    }
  }

  /// Writes a + b; `output` may be either.
  package func add(_ a: Rows, _ b: Rows, into output: Rows) {
    checkSameShape(a, output)
    checkSameShape(b, output)
    forEachRange(of: a.count, elements: a.width) { range in
      for row in range { ck_add(isa, a[row], b[row], a.width, output[row]) }
    }
  }

  /// Writes rows `indices` of a matrix as f32: the embedding of tokens.
  ///
  /// - Parameters:
  ///   - indices: Shape `[output.count]`, each a row of `matrix`.
  ///   - matrix: In any format.
  ///   - output: Shape `[T, matrix.columnCount]`.
  package func gather(
    _ indices: UnsafePointer<Int32>, from matrix: Matrix, into output: Rows
  ) {
    precondition(output.width == matrix.columnCount, "\(output.width), \(matrix.columnCount)")
    for row in 0..<output.count {
      precondition(
        indices[row] >= 0 && indices[row] < matrix.rowCount,
        "row \(indices[row]) of \(matrix.rowCount)")
    }
    withUnsafePointer(to: matrix.weights) { weights in
      forEachRange(of: output.count, elements: output.width) { range in
        for row in range {
          ck_dequantize(isa, weights, Int(indices[row]), 0, output.width, output[row])
        }
      }
    }
  }

  /// Measures some rows of logits and, where asked, draws a token from each.
  ///
  /// - Parameters:
  ///   - logits: Shape `[T, vocabulary]`.
  ///   - indices: The rows to read.
  ///   - draw: The temperature, and a number strictly between 0 and 1 for each of `indices`.
  ///   - body: Called with the place in `indices`, what was measured, and the token that was drawn;
  ///     on several threads at once.
  package func read(
    _ logits: Rows, at indices: [Int], draw: (temperature: Double, uniforms: [Double])?,
    _ body: (_ place: Int, _ measured: MeasuredRow, _ token: Int32?) -> Void
  ) {
    forEachRange(of: indices.count, elements: logits.width) { range in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: draw == nil ? 0 : logits.width) {
        weights in
        for place in range {
          let row = logits[indices[place]]
          var measured = ck_row_statistics()
          ck_measure_row(isa, row, logits.width, &measured)
          let token = draw.map {
            drawToken(
              from: UnsafeBufferPointer(start: row, count: logits.width),
              largest: measured.maximum, inverseTemperature: Float(1 / $0.temperature),
              uniform: $0.uniforms[place], weights: weights)
          }
          body(
            place,
            MeasuredRow(
              logSumExp: measured.log_sum_exp, entropy: measured.entropy,
              maximum: measured.maximum, argmax: measured.argmax, second: measured.second,
              secondIndex: measured.second_index), token)
        }
      }
    }
  }

  /// The first token at which the cumulative weight exceeds the share `uniform` of the whole.
  private func drawToken(
    from row: UnsafeBufferPointer<Float>, largest: Float, inverseTemperature: Float,
    uniform: Double, weights: UnsafeMutableBufferPointer<Float>
  ) -> Int32 {
    let chunk = 512
    let chunkCount = (row.count + chunk - 1) / chunk
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: chunkCount) { sums in
      var total = 0.0
      for index in 0..<chunkCount {
        let start = index * chunk
        sums[index] = ck_exp_row(
          isa, row.baseAddress! + start, largest, inverseTemperature,
          min(chunk, row.count - start), weights.baseAddress! + start)
        total += sums[index]
      }
      var left = uniform * total
      var index = 0
      while index < chunkCount - 1, left >= sums[index] {
        left -= sums[index]
        index += 1
      }
      // Rounding may leave the sum a little below the threshold: the last possible token then.
      var last = index * chunk
      for token in index * chunk..<min((index + 1) * chunk, row.count) where weights[token] > 0 {
        left -= Double(weights[token])
        last = token
        if left < 0 { break }
      }
      return Int32(last)
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
  ///   - format: What to write.
  ///   - output: `count / blockElements * blockBytes` bytes.
  package func quantize(
    _ values: UnsafePointer<Float>, count: Int, to format: Format,
    into output: UnsafeMutableRawPointer
  ) {
    precondition(count % format.blockElements == 0, "\(count) elements in \(format)")
    ck_quantize(isa, format.format, values, count, output)
  }

  /// Runs multiply-adds that touch no memory on every thread at once.
  ///
  /// - Parameters:
  ///   - precision: Which: `.f32`, `.bf16`, or 8-bit integers for `.fast`.
  ///   - iterations: 12 instructions each, for each thread.
  /// - Returns: The operations done by all threads; 0 if the processor has no such instruction.
  package func runPeak(_ precision: Precision, iterations: Int) -> Double {
    let operand =
      switch precision {
      case .f32: CK_OPERAND_F32
      case .bf16: CK_OPERAND_BF16
      case .fast: CK_OPERAND_I8
      }
    pool.run(taskCount: pool.threadCount) { _, _ in
      _ = ck_peak_work(isa, operand, iterations)
    }
    return Double(pool.threadCount) * ck_peak_work(isa, operand, 1) * Double(iterations)
  }

  private func checkSameShape(_ a: Rows, _ b: Rows) {
    precondition(
      a.count == b.count && a.width == b.width,
      "\(a.count) × \(a.width), \(b.count) × \(b.width)")
  }
}

// MARK: - Threads

extension Kernels {
  /// The tickets of a thread pool; see `tickets.c`.
  struct Tickets: ~Copyable {
    private let state: UnsafeMutablePointer<ck_tickets>

    init() {
      let memory = UnsafeMutableRawPointer.allocate(
        byteCount: MemoryLayout<ck_tickets>.stride, alignment: AlignedMemory.alignment)
      state = memory.initializeMemory(as: ck_tickets.self, to: ck_tickets())
    }

    deinit { state.deallocate() }

    func open(count: Int) { ck_tickets_open(state, UInt32(count)) }
    func wake() { ck_tickets_wake(state) }
    func finish() { ck_tickets_finish(state) }
    func join(count: Int) { ck_tickets_join(state, UInt32(count)) }
    func wait(seen: UInt32) -> UInt32 { ck_tickets_wait(state, seen) }
    var generation: UInt32 { ck_tickets_generation(state) }

    /// Takes a task, or returns `nil` when all have been taken.
    func take() -> Int? {
      let task = ck_tickets_take(state)
      return task < 0 ? nil : Int(task)
    }
  }

  /// Lets the interface's thread go first.
  static func lowerThreadPriority() { ck_lower_thread_priority(5) }

  /// The scratch memory a thread needs for any operation.
  fileprivate static var scratchBytes: Int {
    max(ck_matmul_scratch_bytes(), ck_attention_scratch_bytes())
  }
}

private let tileRows = Int(CK_TILE_ROWS)
private let panelColumns = Int(CK_PANEL_COLUMNS)
private let queriesOfTile = Int(CK_ATTENTION_QUERIES)

internal import CKernels

extension Kernels.InstructionSet {
  /// Whether products of weights in `format` as 8-bit integers are faster than in single precision.
  ///
  /// With plain AVX2 that depends on the processor: some have one multiplier of bytes, others two. So
  /// the first call measures it, for less than a millisecond.
  package func multipliesIntegers(of format: Kernels.Format) -> Bool {
    switch (self, format) {
    case (.avx2, .q8_0): Self.multipliesBytesFast
    case (.avx2, .q4_0), (.avx2, .q4_K): Self.multipliesNibblesFast
    case (_, .q8_0), (_, .q4_0), (_, .q4_K): ck_operand_is_fast(isa, CK_OPERAND_I8) != 0
    case (_, _): false
    }
  }

  private static let multipliesBytesFast = IntegerTrial(.q8_0).isFaster
  private static let multipliesNibblesFast = IntegerTrial(.q4_0).isFaster
}

/// A small product with plain AVX2 that stays in the cache, as integers and in single precision.
private struct IntegerTrial {
  private static let rows = 48, outputs = 32, columns = 1024

  private let format: Kernels.Format
  // Zeros take as long as anything: activations, weights of any format, and room for the rest.
  private let input = Tensor(count: rows * columns)
  private let weights = Tensor(count: outputs * columns)
  private let packed = Tensor(count: 2 * rows * columns)
  private let output = Tensor(count: rows * outputs)
  private let scratch = Tensor(count: ck_matmul_scratch_bytes() / MemoryLayout<Float>.stride + 1)

  init(_ format: Kernels.Format) { self.format = format }

  /// Whether integers take at most a tenth longer: they read a quarter of the memory.
  ///
  /// The margin keeps the answer the same in every run where both are about as fast.
  var isFaster: Bool {
    guard Kernels.InstructionSet.avx2.isSupported else { return false }
    var integers = Duration.seconds(1), floats = Duration.seconds(1)
    for _ in 0..<8 {
      integers = min(integers, time(CK_OPERAND_I8))
      floats = min(floats, time(CK_OPERAND_F32))
    }
    return integers <= floats * 1.1
  }

  private func time(_ operand: ck_operand) -> Duration {
    let tiles = Self.rows / Kernels.tileRows
    for tile in 0..<tiles {
      ck_pack(
        CK_ISA_AVX2, operand, input.address, Self.columns, Self.rows, Self.columns, nil, tile,
        packed.address)
    }
    let matrix = Kernels.Matrix(
      base: weights.address, rowCount: Self.outputs, columnCount: Self.columns, format: format)
    var product = ck_matmul(
      isa: CK_ISA_AVX2, operand: operand, packed: packed.address, rows: Self.rows,
      weights: matrix.weights, bias: nil, output: output.address, stride: Self.outputs,
      accumulate: 0, lookahead: 0)
    let start = ContinuousClock.now
    ck_matmul_panel(&product, 0, 0, tiles, scratch.address)
    return ContinuousClock.now - start
  }
}

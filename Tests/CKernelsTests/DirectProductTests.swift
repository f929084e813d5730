import CKernels
import Testing

/// The instruction sets that multiply weights as they lie, each with an operand it can do so with.
private let direct: [(ck_isa, ck_operand, ck_format)] = instructionSets.flatMap { isa in
  [(CK_OPERAND_F32, CK_FORMAT_F32), (CK_OPERAND_BF16, CK_FORMAT_BF16)].compactMap {
    operand, format in
    let stored = StoredMatrix(rows: 1, columns: 2, format: format, seed: 1)
    var weights = stored.weights
    return ck_matmul_is_direct(isa, operand, &weights, 64) != 0 ? (isa, operand, format) : nil
  }
}

extension Product {
  private var strips: Int { (rows + 63) / 64 }
  private var bands: Int { (outputs + 47) / 48 }

  fileprivate func packedInStrips(_ isa: ck_isa) -> Memory {
    let packed = Memory(byteCount: ck_strips_bytes(operand, rows, columns))
    for vector in 0..<(rows + 15) / 16 {
      if let norm {
        norm.weight.withUnsafeBufferPointer { weight in
          var norm = ck_norm(weight: weight.baseAddress, epsilon: norm.epsilon)
          ck_pack_strips(
            isa, operand, x, columns, rows, columns, &norm, vector, packed.base)
        }
      } else {
        ck_pack_strips(isa, operand, x, columns, rows, columns, nil, vector, packed.base)
      }
    }
    return packed
  }

  /// Y, computed in bands, the strips of a band together or one by one.
  fileprivate func computedInBands(_ isa: ck_isa, together: Bool = true) -> [Float] {
    let packed = packedInStrips(isa)
    let scratch = Memory(byteCount: ck_band_scratch_bytes())
    let stride = outputs + 3
    var y = [Float](repeating: 0.5, count: rows * stride)
    y.withUnsafeMutableBufferPointer { y in
      (bias ?? []).withUnsafeBufferPointer { bias in
        var product = ck_matmul(
          isa: isa, operand: operand, packed: packed.base, rows: rows, weights: stored.weights,
          bias: self.bias == nil ? nil : bias.baseAddress, output: y.baseAddress, stride: stride,
          accumulate: accumulate ? 1 : 0, lookahead: 1)
        for band in 0..<bands {
          if together {
            ck_matmul_band(&product, band, 0, strips, scratch.base)
          } else {
            for strip in 0..<strips { ck_matmul_band(&product, band, strip, 1, scratch.base) }
          }
        }
      }
    }
    for row in 0..<rows {
      for margin in outputs..<stride { #expect(y[row * stride + margin] == 0.5) }
    }
    return (0..<rows * outputs).map { y[$0 / outputs * stride + $0 % outputs] }
  }

  /// silu(Y) ⊙ Y', in bands, as rows; or with `packs` as the dwords of strips.
  fileprivate func gated(_ isa: ck_isa, by up: Product, packs: Bool) -> [UInt32] {
    let packed = packedInStrips(isa)
    let scratch = Memory(byteCount: ck_band_scratch_bytes())
    let output = Memory(byteCount: ck_strips_bytes(operand, rows, outputs))
    var y = [Float](repeating: 0, count: rows * outputs)
    y.withUnsafeMutableBufferPointer { y in
      var product = ck_matmul(
        isa: isa, operand: operand, packed: packed.base, rows: rows, weights: stored.weights,
        bias: nil, output: y.baseAddress, stride: outputs, accumulate: 0, lookahead: 2)
      var second = up.stored.weights
      for band in 0..<bands {
        ck_matmul_swiglu_band(
          &product, &second, nil, band, 0, strips, scratch.base, packs ? output.base : nil)
      }
    }
    guard packs else { return y.map(\.bitPattern) }
    return (0..<ck_strips_bytes(operand, rows, outputs) / 4).map {
      output.base.load(fromByteOffset: 4 * $0, as: UInt32.self)
    }
  }
}

/// Products that read weights where they lie give the same bits as those that decode panels.
@Suite("Direct products")
struct DirectProductTests {
  @Test(arguments: direct)
  func areTheSameForAnyNumberOfRows(isa: ck_isa, operand: ck_operand, format: ck_format) {
    for rows in [1, 15, 16, 17, 33, 48, 63, 64, 65, 128, 150] {
      let product = Product(
        rows: rows, outputs: 50, columns: 66, format: format, operand: operand)
      let expected = product.computed(isa)
      #expect(product.computedInBands(isa) == expected, "\(rows) rows")
      #expect(product.computedInBands(isa, together: false) == expected, "\(rows) rows")
    }
  }

  @Test(arguments: direct)
  func areTheSameForAnyShapeOfWeights(isa: ck_isa, operand: ck_operand, format: ck_format) {
    for size in awkwardSizes where size > 0 {
      let wide = Product(rows: 70, outputs: size, columns: 34, format: format, operand: operand)
      #expect(wide.computedInBands(isa) == wide.computed(isa), "\(size) outputs")
      // A dword of bf16 is two elements.
      guard operand == CK_OPERAND_F32 || size % 2 == 0 else { continue }
      let long = Product(rows: 40, outputs: 7, columns: size, format: format, operand: operand)
      #expect(long.computedInBands(isa) == long.computed(isa), "\(size) columns")
    }
  }

  @Test(arguments: direct)
  func longRowsAreSummedInTheSameOrder(isa: ck_isa, operand: ck_operand, format: ck_format) {
    for columns in [1030, 2048, 2050, 4096, 4100, 8194] {
      var product = Product(
        rows: 20, outputs: 13, columns: columns, format: format, operand: operand)
      var noise = Noise(seed: 5)
      product.bias = noise.values(13)
      #expect(product.computedInBands(isa) == product.computed(isa), "\(columns) columns")
      product.accumulate = true
      #expect(product.computedInBands(isa) == product.computed(isa), "\(columns) columns")
      product.bias = nil
      #expect(product.computedInBands(isa) == product.computed(isa), "\(columns) columns")
    }
  }

  @Test(arguments: direct)
  func aNormIsAppliedWhilePacking(isa: ck_isa, operand: ck_operand, format: ck_format) {
    var product = Product(rows: 70, outputs: 20, columns: 98, format: format, operand: operand)
    var noise = Noise(seed: 9)
    product.norm = (noise.values(98), 0.01)
    #expect(product.computedInBands(isa) == product.computed(isa))
  }

  @Test(arguments: direct)
  func swiGLUIsTheGatedProductOfBoth(isa: ck_isa, operand: ck_operand, format: ck_format) {
    for columns in [64, 4100] {
      let gate = Product(
        rows: 70, outputs: 58, columns: columns, format: format, operand: operand)
      var up = Product(
        rows: 70, outputs: 58, columns: columns, format: format, operand: operand, seed: 3)
      up.x = gate.x
      var expected = [Float](repeating: 0, count: 70 * 58)
      ck_swiglu(isa, gate.computed(isa), up.computed(isa), expected.count, &expected)
      #expect(gate.gated(isa, by: up, packs: false) == expected.map(\.bitPattern))

      var next = Product(rows: 70, outputs: 1, columns: 58, format: format, operand: operand)
      next.x = expected
      let strips = next.packedInStrips(isa)
      let dwords = ck_strips_bytes(operand, 70, 58) / 4
      #expect(
        gate.gated(isa, by: up, packs: true)
          == (0..<dwords).map { strips.base.load(fromByteOffset: 4 * $0, as: UInt32.self) })
    }
  }

  @Test func areUsedWhereNothingHasToBeDecodedAndFewRowsAreWasted() {
    let plain = StoredMatrix(rows: 3, columns: 64, format: CK_FORMAT_F32, seed: 1)
    let blocks = StoredMatrix(rows: 3, columns: 64, format: CK_FORMAT_Q8_0, seed: 1)
    var (weights, others) = (plain.weights, blocks.weights)
    for isa in instructionSets {
      let hasLoops = [CK_ISA_AVX2, CK_ISA_AVX_VNNI, CK_ISA_AVX512, CK_ISA_AVX512_BF16].contains(isa)
      for (rows, isDirect) in [(1, false), (8, false), (64, true), (97, false), (128, true)] {
        let answer = ck_matmul_is_direct(isa, CK_OPERAND_F32, &weights, rows) != 0
        #expect(answer == (isDirect && hasLoops), "\(isa), \(rows) rows")
        #expect(ck_matmul_is_direct(isa, CK_OPERAND_F32, &others, rows) == 0)
        #expect(ck_matmul_is_direct(isa, CK_OPERAND_BF16, &weights, rows) == 0)
      }
    }
  }
}

import CKernels
import Testing

/// A product and everything it needs, computed by one instruction set.
struct Product {
  var rows: Int
  var operand: ck_operand
  var stored: StoredMatrix
  var x: [Float]
  var bias: [Float]?
  var accumulate = false
  var norm: (weight: [Float], epsilon: Float)?

  var outputs: Int { stored.weights.rows }
  var columns: Int { stored.weights.columns }

  init(
    rows: Int, outputs: Int, columns: Int, format: ck_format, operand: ck_operand, seed: UInt64 = 1
  ) {
    self.rows = rows
    self.operand = operand
    stored = StoredMatrix(rows: outputs, columns: columns, format: format, seed: seed)
    var noise = Noise(seed: seed + 77)
    x = noise.values(rows * columns)
  }

  func packed(_ isa: ck_isa) -> Memory {
    let tiles = (rows + 11) / 12
    let packed = Memory(byteCount: tiles * ck_packed_tile_bytes(operand, columns))
    for tile in 0..<tiles {
      if let norm {
        norm.weight.withUnsafeBufferPointer { weight in
          var norm = ck_norm(weight: weight.baseAddress, epsilon: norm.epsilon)
          ck_pack(isa, operand, x, columns, rows, columns, &norm, tile, packed.base)
        }
      } else {
        ck_pack(isa, operand, x, columns, rows, columns, nil, tile, packed.base)
      }
    }
    return packed
  }

  /// Y, with a margin of columns that must stay untouched.
  func computed(_ isa: ck_isa, splitAt tile: Int? = nil, slabs: Memory? = nil) -> [Float] {
    let packed = packed(isa)
    var weights = stored.weights
    weights.slabs = slabs.map { UnsafeRawPointer($0.base) }
    let scratch = Memory(byteCount: ck_matmul_scratch_bytes())
    let stride = outputs + 3
    var y = [Float](repeating: 0.5, count: rows * stride)
    y.withUnsafeMutableBufferPointer { y in
      (bias ?? []).withUnsafeBufferPointer { bias in
        var product = ck_matmul(
          isa: isa, operand: operand, packed: packed.base, rows: rows, weights: weights,
          bias: self.bias == nil ? nil : bias.baseAddress, output: y.baseAddress, stride: stride,
          accumulate: accumulate ? 1 : 0, lookahead: 1)
        let tiles = (rows + 11) / 12, first = tile ?? tiles
        for panel in 0..<(outputs + 31) / 32 {
          ck_matmul_panel(&product, panel, 0, first, scratch.base)
          ck_matmul_panel(&product, panel, first, tiles - first, scratch.base)
        }
      }
    }
    for row in 0..<rows {
      for margin in outputs..<stride { #expect(y[row * stride + margin] == 0.5) }
    }
    return (0..<rows * outputs).map { y[$0 / outputs * stride + $0 % outputs] }
  }

  /// Y in double arithmetic on the stored weights, and Σ|x·w| beside it.
  func exact() -> [(value: Double, magnitude: Double)] {
    let w = (0..<outputs).map(stored.row)
    return (0..<rows * outputs).map { index in
      let row = index / outputs, output = index % outputs
      var sum = 0.0, magnitude = 0.0
      for k in 0..<columns {
        let product = Double(x[row * columns + k]) * Double(w[output][k])
        sum += product
        magnitude += abs(product)
      }
      return (sum + Double(bias?[output] ?? 0) + (accumulate ? 0.5 : 0), magnitude + 0.5)
    }
  }

  /// How far Y may be from exact arithmetic, in units of Σ|x·w| (8 bits: with room for blocks whose
  /// values are smaller than their largest).
  var tolerance: Double {
    switch operand {
    case CK_OPERAND_F32: Double(columns) * 0x1p-24 + 0x1p-22
    case CK_OPERAND_BF16: 0x1p-7
    default: 0.01
    }
  }

  func expectNear(_ isa: ck_isa, sourceLocation: SourceLocation = #_sourceLocation) {
    let y = computed(isa)
    var worst = 0.0
    for (value, exact) in zip(y, exact()) {
      let error = abs(Double(value) - exact.value) / exact.magnitude
      worst = error <= worst ? worst : error  // keeps a NaN
    }
    #expect(
      worst <= tolerance,
      "\(isa) \(operand) \(stored.weights.format) \(rows)×\(columns)×\(outputs)",
      sourceLocation: sourceLocation)
  }
}

private let pairs: [(ck_format, ck_operand)] = ck_format.all.flatMap { format in
  let integers = [CK_FORMAT_Q8_0, CK_FORMAT_Q4_0, CK_FORMAT_Q4_K].contains(format)
  return [CK_OPERAND_F32, CK_OPERAND_BF16].map { (format, $0) }
    + (integers ? [(format, CK_OPERAND_I8)] : [])
}

@Suite("Matrix products")
struct MatmulTests {
  @Test(arguments: instructionSets)
  func agreeWithExactArithmeticForAnyNumberOfRows(isa: ck_isa) {
    for (format, operand) in pairs {
      let columns = max(format.blockElements, 32)
      for rows in [1, 2, 4, 5, 8, 9, 11, 12, 13, 24, 25] {
        Product(rows: rows, outputs: 17, columns: columns, format: format, operand: operand)
          .expectNear(isa)
      }
    }
  }

  @Test(arguments: instructionSets)
  func agreeWithExactArithmeticForAnyNumberOfOutputs(isa: ck_isa) {
    for (format, operand) in pairs {
      let columns = max(format.blockElements, 32)
      for outputs in awkwardSizes {
        Product(rows: 3, outputs: outputs, columns: columns, format: format, operand: operand)
          .expectNear(isa)
      }
    }
  }

  @Test(arguments: instructionSets)
  func agreeWithExactArithmeticForAnyNumberOfColumns(isa: ck_isa) {
    for (format, operand) in pairs {
      let block = operand == CK_OPERAND_I8 ? max(32, format.blockElements) : format.blockElements
      let sizes = block == 1 ? awkwardSizes : [0, 1, 2, 3, 5].map { $0 * block }
      for columns in sizes {
        Product(rows: 13, outputs: 5, columns: columns, format: format, operand: operand)
          .expectNear(isa)
      }
    }
  }

  @Test(arguments: instructionSets)
  func longRowsAreCutIntoBlocks(isa: ck_isa) {
    for (format, operand) in pairs where format == CK_FORMAT_F32 || format == CK_FORMAT_Q8_0 {
      let limit = operand == CK_OPERAND_F32 ? 2048 : operand == CK_OPERAND_BF16 ? 4096 : 8192
      for columns in [limit, limit + 32, 2 * limit + 64] {
        var product = Product(
          rows: 2, outputs: 3, columns: columns, format: format, operand: operand)
        product.expectNear(isa)
        product.bias = [1, 2, 3]
        product.accumulate = true
        product.expectNear(isa)
      }
    }
  }

  @Test(arguments: instructionSets)
  func biasAndAccumulationAreAdded(isa: ck_isa) {
    for (format, operand) in pairs {
      var product = Product(
        rows: 14, outputs: 37, columns: 256, format: format, operand: operand)
      var noise = Noise(seed: 5)
      product.bias = noise.values(37)
      product.expectNear(isa)
      product.accumulate = true
      product.expectNear(isa)
      product.bias = nil
      product.expectNear(isa)
    }
  }

  @Test(arguments: instructionSets)
  func noColumnsGiveTheBias(isa: ck_isa) {
    var product = Product(
      rows: 2, outputs: 3, columns: 0, format: CK_FORMAT_F32, operand: CK_OPERAND_F32)
    #expect(product.computed(isa) == [0, 0, 0, 0, 0, 0])
    product.bias = [1, 2, 3]
    product.accumulate = true
    #expect(product.computed(isa) == [1.5, 2.5, 3.5, 1.5, 2.5, 3.5])
  }

  @Test(arguments: instructionSets)
  func aRowDoesNotDependOnTheOthersNorOnTheSplitOfTheWork(isa: ck_isa) {
    for (format, operand) in pairs {
      let product = Product(
        rows: 29, outputs: 40, columns: 256, format: format, operand: operand)
      let whole = product.computed(isa)
      #expect(product.computed(isa, splitAt: 1) == whole)
      var one = product
      one.rows = 1
      for row in [0, 11, 28] {
        one.x = Array(product.x[row * 256..<(row + 1) * 256])
        #expect(one.computed(isa) == Array(whole[row * 40..<(row + 1) * 40]))
      }
    }
  }

  @Test func integersGiveTheSameBitsWithEveryInstructionSet() {
    let sets = instructionSets.filter {
      $0 != CK_ISA_SCALAR && ck_operand_is_fast($0, CK_OPERAND_I8) != 0
    }
    for (format, operand) in pairs where operand == CK_OPERAND_I8 {
      for rows in 1...13 {
        var product = Product(
          rows: rows, outputs: 41, columns: 512, format: format, operand: operand)
        product.x = product.x.enumerated().map { $0.element * magnitude(ofBlock: $0.offset / 32) }
        let results = sets.map { product.computed($0) }
        for result in results.dropFirst() { #expect(result == results.first) }
      }
    }
  }

  /// Of 32 activations: from 2⁻²¹ to 2²¹, and now and then 0.
  private func magnitude(ofBlock block: Int) -> Float {
    block % 11 == 7 ? 0 : Float(sign: .plus, exponent: block * 17 % 43 - 21, significand: 1)
  }

  @Test(arguments: instructionSets)
  func everyBlockOfActivationsKeepsTheStepItNeeds(isa: ck_isa) {
    for (format, operand) in pairs where operand == CK_OPERAND_I8 {
      for block in 0..<16 {
        var product = Product(
          rows: 3, outputs: 17, columns: 512, format: format, operand: operand)
        product.x = product.x.enumerated().map { $0.offset / 32 % 16 == block ? $0.element : 0 }
        let small = product.exact()
        // The largest value of a row, far above the others, alone in a block.
        for row in 0..<3 {
          product.x[row * 512 + (block + 1) % 16 * 32] = Float(
            sign: .plus, exponent: block, significand: 1)
        }
        for ((value, exact), small) in zip(zip(product.computed(isa), product.exact()), small) {
          let bound = 0.01 * small.magnitude + 0x1p-20 * exact.magnitude
          #expect(abs(Double(value) - exact.value) <= bound, "\(isa) \(format) \(block)")
        }
      }
    }
  }

  @Test(arguments: instructionSets)
  func aRowWithoutNumbersHasNoneAndLeavesTheOthersAlone(isa: ck_isa) {
    for (format, operand) in pairs where operand == CK_OPERAND_I8 {
      var product = Product(rows: 14, outputs: 40, columns: 512, format: format, operand: operand)
      let sound = product.computed(isa)
      for bad in [Float.nan, .infinity, -.infinity] {
        product.x[5 * 512 + 300] = bad
        let y = product.computed(isa)
        #expect(y[5 * 40..<6 * 40].allSatisfy { !$0.isFinite })
        #expect(y[..<(5 * 40)] == sound[..<(5 * 40)])
        #expect(y[(6 * 40)...] == sound[(6 * 40)...])
      }
      for tiny in [Float(0), -0.0, 1e-30, .leastNonzeroMagnitude] {
        product.x.replaceSubrange(5 * 512..<6 * 512, with: repeatElement(tiny, count: 512))
        #expect(product.computed(isa)[5 * 40..<6 * 40].allSatisfy { $0 == 0 })
      }
    }
  }

  @Test(arguments: instructionSets)
  func theLargestIntegersAreMultipliedExactly(isa: ck_isa) {
    for (format, operand) in pairs where operand == CK_OPERAND_I8 {
      for byte: UInt8 in [0x80, 0x7f, 0xff, 0xf0, 0x00] {
        for signs: [Float] in [[1, 1], [-1, -1], [1, -1]] {
          var product = Product(
            rows: 7, outputs: 19, columns: 256, format: format, operand: operand)
          product.stored.fillElements(with: byte)
          product.x = (0..<7 * 256).map { signs[$0 % 2] }
          for (value, exact) in zip(product.computed(isa), product.exact()) {
            #expect(abs(Double(value) - exact.value) <= exact.magnitude * 0x1p-15)
          }
        }
      }
    }
  }

  @Test(arguments: instructionSets)
  func preparedSlabsGiveTheSameNumbers(isa: ck_isa) {
    for (format, operand) in pairs {
      for (outputs, columns) in [(1, 256), (17, 256), (33, 512), (70, 2304), (5, 8448)] {
        let product = Product(
          rows: 14, outputs: outputs, columns: columns, format: format, operand: operand)
        let slabs = product.stored.slabs(isa, operand)
        #expect(product.computed(isa, slabs: slabs) == product.computed(isa))
      }
    }
    // Rows that are no whole vectors.
    for columns in [1, 7, 33, 100] {
      for operand in [CK_OPERAND_F32, CK_OPERAND_BF16] {
        let product = Product(
          rows: 3, outputs: 20, columns: columns, format: CK_FORMAT_BF16, operand: operand)
        let slabs = product.stored.slabs(isa, operand)
        #expect(product.computed(isa, slabs: slabs) == product.computed(isa))
      }
    }
  }

  @Test(arguments: instructionSets)
  func packingIsTheSameAsTheScalarTwins(isa: ck_isa) {
    for operand in [CK_OPERAND_F32, CK_OPERAND_BF16, CK_OPERAND_I8]
    where ck_operand_is_fast(isa, operand) != 0 {
      let sizes = operand == CK_OPERAND_I8 ? [32, 64, 96] : awkwardSizes
      for columns in sizes {
        let product = Product(
          rows: 15, outputs: 0, columns: columns, format: CK_FORMAT_F32, operand: operand)
        let byteCount = 2 * ck_packed_tile_bytes(operand, columns)
        var dwords = columns / (operand == CK_OPERAND_F32 ? 1 : operand == CK_OPERAND_BF16 ? 2 : 4)
        // Behind integers, the exponents of their steps.
        if operand == CK_OPERAND_I8 { dwords += columns / 32 }
        let ours = product.packed(isa), twins = product.packed(CK_ISA_SCALAR)
        for tile in 0..<2 {
          for index in 0..<dwords * 12 {
            let offset = tile * byteCount / 2 + 4 * index
            #expect(
              ours.base.load(fromByteOffset: offset, as: UInt32.self)
                == twins.base.load(fromByteOffset: offset, as: UInt32.self))
          }
        }
      }
    }
  }

  @Test(arguments: instructionSets)
  func aNormIsAppliedWhilePacking(isa: ck_isa) {
    for columns in [32, 64, 288] {
      var product = Product(
        rows: 13, outputs: 9, columns: columns, format: CK_FORMAT_F32, operand: CK_OPERAND_F32)
      var noise = Noise(seed: 9)
      let weight = noise.values(columns)
      product.norm = (weight, 0.01)
      let y = product.computed(isa)
      product.norm = nil
      for row in 0..<13 {
        var normalized = [Float](repeating: 0, count: columns)
        ck_rms_norm(
          CK_ISA_SCALAR, Array(product.x[row * columns..<(row + 1) * columns]), weight, 0.01,
          columns, &normalized)
        product.x.replaceSubrange(row * columns..<(row + 1) * columns, with: normalized)
      }
      for (value, exact) in zip(y, product.exact()) {
        #expect(abs(Double(value) - exact.value) <= exact.magnitude * 0x1p-20)
      }
    }
  }

  @Test(arguments: instructionSets)
  func swiGLUIsTheGatedProductOfBoth(isa: ck_isa) {
    for (format, operand) in pairs {
      let rows = 26, outputs = 45, columns = 256
      let gate = Product(
        rows: rows, outputs: outputs, columns: columns, format: format, operand: operand)
      var up = Product(
        rows: rows, outputs: outputs, columns: columns, format: format, operand: operand, seed: 3)
      up.x = gate.x
      let slabs = (gate.stored.slabs(isa, operand), up.stored.slabs(isa, operand))
      var expected = [Float](repeating: 0, count: rows * outputs)
      ck_swiglu(isa, gate.computed(isa), up.computed(isa), expected.count, &expected)

      let packed = gate.packed(isa)
      let scratch = Memory(byteCount: ck_matmul_scratch_bytes())
      let rest = Memory(byteCount: 3 * 12 * 32 * 4)
      for isPrepared in [false, true] {
        var y = [Float](repeating: 0, count: rows * outputs)
        y.withUnsafeMutableBufferPointer { y in
          var product = ck_matmul(
            isa: isa, operand: operand, packed: packed.base, rows: rows,
            weights: gate.stored.weights, bias: nil, output: y.baseAddress, stride: outputs,
            accumulate: 0, lookahead: 1)
          var second = up.stored.weights
          if isPrepared {
            product.weights.slabs = UnsafeRawPointer(slabs.0.base)
            second.slabs = UnsafeRawPointer(slabs.1.base)
          }
          for panel in 0..<2 {
            for (first, count) in [(0, 1), (1, 2)] {
              ck_matmul_swiglu_panel(
                &product, &second, nil, panel, first, count, scratch.base,
                rest.base.assumingMemoryBound(to: Float.self))
            }
          }
        }
        #expect(y == expected)
      }
    }
  }
}

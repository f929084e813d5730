import CKernels
import Testing

private func dequantized(
  _ bytes: UnsafeRawPointer, _ format: ck_format, count: Int, isa: ck_isa = CK_ISA_SCALAR
) -> [Float] {
  var weights = ck_weights(
    base: bytes, rows: 1, columns: count,
    stride_bytes: count / format.blockElements * format.blockBytes, format: format,
    slabs: nil)
  var output = [Float](repeating: .nan, count: count)
  ck_dequantize(isa, &weights, 0, 0, count, &output)
  return output
}

private func quantized(_ values: [Float], _ format: ck_format, _ isa: ck_isa) -> [UInt8] {
  let byteCount = values.count / format.blockElements * format.blockBytes
  var bytes = [UInt8](repeating: 0, count: byteCount)
  ck_quantize(isa, format, values, values.count, &bytes)
  return bytes
}

/// Σ(x − x′)²/Σx².
private func loss(_ values: [Float], _ format: ck_format, _ isa: ck_isa) -> Double {
  let back = dequantized(quantized(values, format, isa), format, count: values.count)
  let error = zip(values, back).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
  return error / values.reduce(0.0) { $0 + Double($1) * Double($1) }
}

@Suite("Blocks of weights")
struct QuantizationTests {
  @Test func blocksHaveTheSizesOfGGML() {
    #expect(
      ck_format.all.map(\.blockElements)
        == [1, 1, 1, 32, 32, 256, 256, 32, 32, 32, 256, 256, 256, 32, 256])
    #expect(
      ck_format.all.map(\.blockBytes)
        == [4, 2, 2, 34, 18, 144, 210, 20, 22, 24, 84, 110, 176, 18, 136])
  }

  @Test func aQ8BlockIsAScaleAndIntegers() {
    var bytes = [UInt8](repeating: 0, count: 34)
    (bytes[0], bytes[1]) = (0x00, 0x38)  // 0.5 as a half
    (bytes[2], bytes[33]) = (3, 0x80)
    let values = dequantized(bytes, CK_FORMAT_Q8_0, count: 32)
    #expect(values[0] == 1.5 && values[1] == 0 && values[31] == -64)
  }

  @Test func aQ4BlockHasItsSecondHalfInTheHighNibbles() {
    var bytes = [UInt8](repeating: 0x88, count: 18)
    (bytes[0], bytes[1]) = (0x00, 0x3c)  // 1
    bytes[2] = 0xf0
    let values = dequantized(bytes, CK_FORMAT_Q4_0, count: 32)
    #expect(values[0] == -8 && values[16] == 7 && values[1] == 0 && values[17] == 0)
  }

  @Test func aQ4KBlockHasScalesAndMinimaOfSixBits() {
    var bytes = [UInt8](repeating: 0, count: 144)
    (bytes[0], bytes[1]) = (0x00, 0x3c)  // scale of scales: 1
    (bytes[2], bytes[3]) = (0x00, 0x40)  // scale of minima: 2
    bytes[4] = 5 | 2 << 6  // run 0's scale; upper bits of run 4's
    bytes[8] = 7 | 1 << 6  // run 0's minimum; upper bits of run 4's
    bytes[12] = 3 | 9 << 4  // run 4's scale and minimum, lower bits
    bytes[16] = 0x0f  // element 0; run 1's first element is the high nibble
    bytes[16 + 64] = 0x02  // run 4's first element
    let values = dequantized(bytes, CK_FORMAT_Q4_K, count: 256)
    #expect(values[0] == 5 * 15 - 2 * 7)
    #expect(values[1] == -14)
    #expect(values[32] == 0)
    #expect(values[128] == Float((3 + 2 * 16) * 2 - 2 * (9 + 1 * 16)))
  }

  @Test func aQ6KBlockHasItsUpperBitsApart() {
    var bytes = [UInt8](repeating: 0, count: 210)
    (bytes[208], bytes[209]) = (0x00, 0x3c)  // 1
    for part in 0..<16 { bytes[192 + part] = UInt8(part + 1) }
    bytes[0] = 0xa5  // elements 0 (low nibble) and 64 (high)
    bytes[128] = 0b00_10_00_11  // upper bits of elements 0 and 64
    bytes[64] = 1  // element 128
    let values = dequantized(bytes, CK_FORMAT_Q6_K, count: 256)
    #expect(values[0] == Float(5 + 3 * 16 - 32))
    #expect(values[64] == Float(0xa + 2 * 16 - 32) * 5)
    #expect(values[128] == Float(1 - 32) * 9)
    #expect(values[16] == -32 * 2)
  }

  @Test func everyHalfIsReadAndWritten() {
    for bits in 0...UInt16.max {
      let pair = withUnsafeBytes(of: bits) { bytes in
        (
          dequantized(bytes.baseAddress!, CK_FORMAT_F16, count: 1)[0],
          dequantized(bytes.baseAddress!, CK_FORMAT_BF16, count: 1)[0]
        )
      }
      let half = Float(Float16(bitPattern: bits))
      guard pair.0 == half || (pair.0.isNaN && half.isNaN) else {
        Issue.record("half \(bits): \(pair.0), \(half)")
        return
      }
      guard pair.1.bitPattern == UInt32(bits) << 16 else {
        Issue.record("bfloat16 \(bits)")
        return
      }
      if half.isNaN { continue }
      #expect(
        quantized([half], CK_FORMAT_F16, CK_ISA_SCALAR) == [UInt8(bits & 255), UInt8(bits >> 8)])
    }
  }

  @Test(arguments: instructionSets)
  func halvesAreRoundedToNearest(isa: ck_isa) {
    var noise = Noise(seed: 8)
    for exponent in -30...17 {
      let values = noise.values(64, scale: Float(sign: .plus, exponent: exponent, significand: 1))
      let halves = quantized(values, CK_FORMAT_F16, isa)
      for (index, value) in values.enumerated() {
        let bits = Float16(value).bitPattern
        #expect(halves[2 * index] == UInt8(bits & 255) && halves[2 * index + 1] == UInt8(bits >> 8))
      }
    }
  }

  @Test(arguments: instructionSets)
  func everyInstructionSetReadsTheSameValues(isa: ck_isa) {
    for format in ck_format.all {
      let columns = format.blockElements == 1 ? 77 : 512
      let stored = StoredMatrix(rows: 3, columns: columns, format: format, seed: 5)
      for row in 0..<3 {
        var output = [Float](repeating: 0, count: columns)
        withUnsafePointer(to: stored.weights) { ck_dequantize(isa, $0, row, 0, columns, &output) }
        #expect(output.map(\.bitPattern) == stored.row(row).map(\.bitPattern), "\(format)")
      }
      // From the middle of a row.
      let first = format.blockElements == 1 ? 7 : 256
      var part = [Float](repeating: 0, count: columns - first)
      withUnsafePointer(to: stored.weights) {
        ck_dequantize(isa, $0, 2, first, columns - first, &part)
      }
      #expect(part.map(\.bitPattern) == stored.row(2).dropFirst(first).map(\.bitPattern))
    }
  }

  @Test(arguments: instructionSets)
  func everyInstructionSetWritesTheSameBytes(isa: ck_isa) {
    var noise = Noise(seed: 21)
    let values = noise.values(2048, scale: 0.1)
    for format in ck_format.written {
      #expect(quantized(values, format, isa) == quantized(values, format, CK_ISA_SCALAR))
    }
  }

  @Test(arguments: instructionSets)
  func roundingKeepsWithinTheBounds(isa: ck_isa) {
    var noise = Noise(seed: 33)
    for scale in [Float(0.01), 1, 1000] {
      let values = noise.values(32 * 64, scale: scale)
      let eight = dequantized(quantized(values, CK_FORMAT_Q8_0, isa), CK_FORMAT_Q8_0, count: 2048)
      let four = dequantized(quantized(values, CK_FORMAT_Q4_0, isa), CK_FORMAT_Q4_0, count: 2048)
      for block in stride(from: 0, to: 2048, by: 32) {
        let largest = values[block..<block + 32].map(abs).max() ?? 0
        let errors = (block..<block + 32).map {
          (abs(eight[$0] - values[$0]), abs(four[$0] - values[$0]))
        }
        // The scale is rounded to a half, which adds 2⁻¹¹ of the value.
        #expect(errors.allSatisfy { $0.0 <= largest / 254 * 1.2 })
        #expect(errors.allSatisfy { $0.1 <= largest / 8 * 1.01 })
      }
    }
  }

  @Test func theLossIsThatOfTheFormat() {
    var noise = Noise(seed: 34)
    let flat = noise.values(256 * 64)
    // A sum of four is nearly normal, as weights are.
    let normal = (0..<256 * 64).map { _ in noise.values(4).reduce(0, +) * 0.02 }
    let expected: [(ck_format, Double)] = [
      (CK_FORMAT_F16, 1e-7), (CK_FORMAT_BF16, 1e-5), (CK_FORMAT_Q8_0, 4e-5),
      (CK_FORMAT_Q6_K, 6e-4), (CK_FORMAT_Q4_K, 6e-3), (CK_FORMAT_Q4_0, 1e-2),
    ]
    for (format, bound) in expected {
      #expect(loss(normal, format, CK_ISA_SCALAR) < bound, "\(format)")
      #expect(loss(flat, format, CK_ISA_SCALAR) < bound, "\(format)")
    }
  }

  @Test(arguments: instructionSets)
  func zerosAndConstantsSurvive(isa: ck_isa) {
    for format in ck_format.written {
      let zeros = [Float](repeating: 0, count: 256)
      #expect(dequantized(quantized(zeros, format, isa), format, count: 256) == zeros)
      for constant in [Float(1), -1, 0.1] {
        let values = [Float](repeating: constant, count: 256)
        let back = dequantized(quantized(values, format, isa), format, count: 256)
        #expect(back.allSatisfy { abs($0 - constant) <= abs(constant) * 0.02 }, "\(format)")
      }
    }
  }

  @Test(arguments: instructionSets)
  func numbersThatAreNoneDoNotStopIt(isa: ck_isa) {
    for bad in [Float.nan, .infinity, -.infinity, 3e38, .leastNonzeroMagnitude] {
      var values = [Float](repeating: 0.5, count: 256)
      values[17] = bad
      for format in ck_format.written { _ = quantized(values, format, isa) }
    }
  }
}

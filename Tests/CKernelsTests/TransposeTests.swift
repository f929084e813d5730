import CKernels
import Foundation
import Testing

@Suite("Packing of transposes")
struct TransposeTests {
  /// Rows of the same numbers the other way round.
  private static func transposed(_ values: [Float], rows: Int, columns: Int) -> [Float] {
    (0..<columns * rows).map { values[$0 % rows * columns + $0 / rows] }
  }

  @Test(arguments: instructionSets, [CK_OPERAND_F32, CK_OPERAND_BF16])
  func productsHaveTheBitsOfThoseOfTransposedMatrices(isa: ck_isa, operand: ck_operand) {
    for (m, n, k) in [(1, 1, 1), (12, 16, 2), (13, 17, 5), (25, 40, 33), (24, 32, 64), (7, 66, 31)]
    {
      var noise = Noise(seed: UInt64(m + 100 * n + k))
      let a = noise.values(m * k), b = noise.values(n * k)
      let plain = product(isa, operand, a: a, b: b, m, n, k, isTransposed: false)
      let down = product(
        isa, operand, a: Self.transposed(a, rows: m, columns: k),
        b: Self.transposed(b, rows: n, columns: k), m, n, k, isTransposed: true)
      #expect(plain == down, "\(isa) \(operand) \(m)×\(n)×\(k)")
    }
  }

  @Test(arguments: instructionSets, [CK_OPERAND_F32, CK_OPERAND_BF16])
  func partsOfTheDepthAreTheWhole(isa: ck_isa, operand: ck_operand) {
    let columns = 29, depth = 33
    var noise = Noise(seed: 5)
    let values = noise.values(depth * columns)
    let tileBytes = 3 * ck_packed_tile_bytes(operand, depth)
    let slabBytes = 2 * ck_slab_bytes(operand, depth)
    let tiles = Memory(byteCount: tileBytes), tilesOfParts = Memory(byteCount: tileBytes)
    let slabs = Memory(byteCount: slabBytes), slabsOfParts = Memory(byteCount: slabBytes)
    ck_pack_transposed(isa, operand, values, columns, depth, columns, 0, 3, tiles.base)
    ck_prepare_slab_transposed(isa, operand, values, columns, depth, columns, 0, 2, slabs.base)
    values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      for (first, count) in [(20, 13), (0, 20)] {
        let rows = base + first * columns
        ck_pack_transposed_part(
          isa, operand, rows, columns, count, columns, first, depth, tilesOfParts.base)
        ck_prepare_slab_transposed_part(
          isa, operand, rows, columns, count, columns, first, depth, slabsOfParts.base)
      }
    }
    #expect(memcmp(tiles.base, tilesOfParts.base, tileBytes) == 0)
    #expect(memcmp(slabs.base, slabsOfParts.base, slabBytes) == 0)
  }

  @Test(arguments: instructionSets)
  func nothingIsReadOrWrittenWithoutRows(isa: ck_isa) {
    let memory = Memory(byteCount: 64)
    ck_pack_transposed(isa, CK_OPERAND_F32, [1], 1, 0, 1, 0, 1, memory.base)
    ck_pack_transposed(isa, CK_OPERAND_F32, [1], 1, 1, 1, 1, 1, memory.base)
    ck_pack_transposed(isa, CK_OPERAND_F32, [1], 1, 1, 1, 0, 0, memory.base)
    ck_prepare_slab_transposed(isa, CK_OPERAND_F32, [1], 1, 0, 1, 0, 1, memory.base)
    #expect(memory.base.loadUnaligned(as: UInt64.self) == .max)
  }

  private func product(
    _ isa: ck_isa, _ operand: ck_operand, a: [Float], b: [Float], _ m: Int, _ n: Int, _ k: Int,
    isTransposed: Bool
  ) -> [Float] {
    let tiles = (m + 11) / 12, slabs = (n + 15) / 16
    let packed = Memory(byteCount: tiles * ck_packed_tile_bytes(operand, k))
    let prepared = Memory(byteCount: slabs * ck_slab_bytes(operand, k))
    let scratch = Memory(byteCount: ck_matmul_scratch_bytes())
    var output = [Float](repeating: .nan, count: m * n)
    b.withUnsafeBufferPointer { b in
      var weights = ck_weights(
        base: b.baseAddress, rows: n, columns: k, stride_bytes: 4 * k, format: CK_FORMAT_F32,
        slabs: nil)
      if isTransposed {
        // In two parts, the second of which asks for more than there is.
        for part in [(first: 0, count: 1), (first: 1, count: tiles + slabs)] {
          ck_pack_transposed(
            isa, operand, a, m, k, m, part.first, part.count, packed.base)
          ck_prepare_slab_transposed(
            isa, operand, b.baseAddress, n, k, n, part.first, part.count, prepared.base)
        }
      } else {
        for tile in 0..<tiles { ck_pack(isa, operand, a, k, m, k, nil, tile, packed.base) }
        for slab in 0..<slabs { ck_prepare_slab(isa, operand, &weights, slab, prepared.base) }
      }
      weights.slabs = UnsafeRawPointer(prepared.base)
      output.withUnsafeMutableBufferPointer { output in
        var product = ck_matmul(
          isa: isa, operand: operand, packed: packed.base, rows: m, weights: weights, bias: nil,
          output: output.baseAddress, stride: n, accumulate: 0, lookahead: 1)
        for panel in 0..<(n + 31) / 32 { ck_matmul_panel(&product, panel, 0, tiles, scratch.base) }
      }
    }
    return output
  }
}

import CKernels
import Foundation
import Testing

/// What one step does is compared, bit for bit, with the steps it stands for.
@Suite("SwiGLU in training")
struct GateTests {
  private static let operand = CK_OPERAND_BF16
  private static let sizes = [(rows: 12, width: 32), (7, 32), (48, 96), (29, 160), (1, 64)]

  /// Columns of a matrix of rows `width` wide, side by side.
  private static func panel(_ values: [Float], width: Int, rows: Int, column: Int) -> [Float] {
    (0..<rows * 32).map { values[$0 / 32 * width + column + $0 % 32] }
  }

  private static func tiles(_ values: [Float], width: Int, rows: Int, _ isa: ck_isa) -> Memory {
    let tiles = (rows + 11) / 12
    let packed = Memory(byteCount: tiles * ck_packed_tile_bytes(operand, width))
    for tile in 0..<tiles {
      ck_pack(isa, operand, values, width, rows, width, nil, tile, packed.base)
    }
    return packed
  }

  @Test(arguments: instructionSets)
  func whatIsGatedAndItsGradientsAreThoseOfSeparateSteps(isa: ck_isa) {
    for (rows, width) in Self.sizes where ck_gate_is_fused(isa, Self.operand, width) != 0 {
      var noise = Noise(seed: UInt64(rows + width))
      let gateUp = noise.values(rows * 2 * width, scale: 6), gradient = noise.values(rows * width)
      let saved = Memory(byteCount: rows * 4 * width)
      checkForward(isa, gateUp, rows, width, saved)
      checkBackward(isa, gateUp, gradient, rows, width, saved)
    }
  }

  private func checkForward(
    _ isa: ck_isa, _ gateUp: [Float], _ rows: Int, _ width: Int, _ saved: Memory
  ) {
    let tileBytes = (rows + 11) / 12 * ck_packed_tile_bytes(Self.operand, width)
    let packed = Memory(byteCount: tileBytes)
    for column in stride(from: 0, to: width, by: 32) {
      ck_gate_forward(
        Self.panel(gateUp, width: 2 * width, rows: rows, column: column),
        Self.panel(gateUp, width: 2 * width, rows: rows, column: width + column), rows, width,
        column, saved.base.assumingMemoryBound(to: UInt16.self), packed.base)
    }
    var hidden = [Float](repeating: 0, count: rows * width)
    for row in 0..<rows {
      let gate = Array(gateUp[row * 2 * width..<row * 2 * width + width])
      let up = Array(gateUp[row * 2 * width + width..<(row + 1) * 2 * width])
      hidden.withUnsafeMutableBufferPointer {
        ck_swiglu(isa, gate, up, width, $0.baseAddress.map { $0 + row * width })
      }
    }
    let expected = Self.tiles(hidden, width: width, rows: rows, isa)
    #expect(memcmp(packed.base, expected.base, tileBytes) == 0, "\(rows) × \(width)")
  }

  private func checkBackward(
    _ isa: ck_isa, _ gateUp: [Float], _ gradient: [Float], _ rows: Int, _ width: Int,
    _ saved: Memory
  ) {
    let first = 4, depth = first + rows + 3
    let outerBytes = (2 * width + 11) / 12 * ck_packed_tile_bytes(Self.operand, depth)
    let tileBytes = (rows + 11) / 12 * ck_packed_tile_bytes(Self.operand, 2 * width)
    let slabBytes = width / 16 * ck_slab_bytes(Self.operand, depth)
    let packed = Memory(byteCount: tileBytes), slabs = Memory(byteCount: slabBytes)
    let outer = Memory(byteCount: outerBytes), expectedOuter = Memory(byteCount: outerBytes)
    let expectedSlabs = Memory(byteCount: slabBytes)
    for column in stride(from: 0, to: width, by: 32) {
      Self.panel(gradient, width: width, rows: rows, column: column).withUnsafeBufferPointer {
        var panel = ck_gate_backward(
          saved: saved.base.assumingMemoryBound(to: UInt16.self), gradient: $0.baseAddress,
          rows: rows, width: width, column: column, packed: packed.base, first: first,
          depth: depth, transposed: outer.base, hidden: slabs.base)
        ck_gate_backward_panel(&panel)
      }
    }
    var halves = [UInt16](repeating: 0, count: gateUp.count), wide = gateUp, hidden = gradient
    ck_round_bf16(isa, gateUp, gateUp.count, &halves)
    ck_widen_bf16(isa, halves, halves.count, &wide)
    wide.withUnsafeMutableBufferPointer { wide in
      hidden.withUnsafeMutableBufferPointer { hidden in
        guard let gates = wide.baseAddress, let hidden = hidden.baseAddress else { return }
        for row in 0..<rows {
          let gate = gates + row * 2 * width, pull = hidden + row * width
          ck_swiglu_backward(isa, gate, gate + width, pull, width, pull)
        }
      }
    }
    let expected = Self.tiles(wide, width: 2 * width, rows: rows, isa)
    #expect(memcmp(packed.base, expected.base, tileBytes) == 0, "\(rows) × \(width)")
    ck_pack_transposed_part(
      isa, Self.operand, wide, 2 * width, rows, 2 * width, first, depth, expectedOuter.base)
    ck_prepare_slab_transposed_part(
      isa, Self.operand, hidden, width, rows, width, first, depth, expectedSlabs.base)
    #expect(memcmp(slabs.base, expectedSlabs.base, slabBytes) == 0, "\(rows) × \(width)")
    // Whole tiles: what lies behind the last row of the last tile is left as it was.
    let whole = 2 * width / 12 * ck_packed_tile_bytes(Self.operand, depth)
    #expect(memcmp(outer.base, expectedOuter.base, whole) == 0, "\(rows) × \(width)")
  }
}

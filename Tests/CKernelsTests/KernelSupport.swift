import CKernels
import Foundation

/// The instruction sets this processor has.
let instructionSets: [ck_isa] = (0..<CK_ISA_COUNT.rawValue).map { ck_isa(rawValue: $0) }
  .filter { ck_isa_is_supported($0) != 0 }

/// Sizes around the widths of vectors, tiles and blocks.
let awkwardSizes = [0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65]

/// Numbers that look random and are the same in each run.
struct Noise {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func bits() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  /// A number in −1...1.
  mutating func value() -> Float { Float(Int32(truncatingIfNeeded: bits() >> 32)) * 0x1p-31 }

  mutating func values(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in value() * scale }
  }
}

/// Memory aligned as the kernels want it, filled with a pattern that is no number.
final class Memory {
  let base: UnsafeMutableRawPointer

  init(byteCount: Int) {
    base = .allocate(byteCount: max(byteCount, 64), alignment: 64)
    base.initializeMemory(as: UInt8.self, repeating: 0xff, count: max(byteCount, 64))
  }

  deinit { base.deallocate() }
}

extension ck_format {
  static let all: [ck_format] = (0..<CK_FORMAT_COUNT.rawValue).map { ck_format(rawValue: $0) }
  /// Those that values can be rounded to.
  static let written: [ck_format] = Array(all.prefix(Int(CK_FORMAT_WRITTEN_COUNT.rawValue)))

  var blockElements: Int { Int(ck_format_block_elements(self)) }
  var blockBytes: Int { Int(ck_format_block_bytes(self)) }
}

/// A weight matrix of arbitrary contents in any format, at an odd address.
struct StoredMatrix {
  let memory: Memory
  let weights: ck_weights

  init(rows: Int, columns: Int, format: ck_format, seed: UInt64) {
    var noise = Noise(seed: seed)
    let rowBytes = columns / format.blockElements * format.blockBytes
    memory = Memory(byteCount: rows * rowBytes + 1)
    let bytes = (memory.base + 1).assumingMemoryBound(to: UInt8.self)
    for index in 0..<rows * rowBytes {
      bytes[index] = UInt8(truncatingIfNeeded: noise.bits() >> 24)
    }
    for block in 0..<rows * columns / format.blockElements {
      let start = UnsafeMutableRawPointer(bytes + block * format.blockBytes)
      // Scales (halves between 2⁻¹⁰ and 2⁻⁶) and plain elements must be reasonable numbers.
      let half = UInt16(0x1400 + noise.bits() % 0x1000)
      switch format {
      case CK_FORMAT_F32: start.storeBytes(of: noise.value(), as: Float.self)
      case CK_FORMAT_F16: start.storeBytes(of: half | (half & 1) << 15, as: UInt16.self)
      case CK_FORMAT_BF16:
        let bits = noise.value().bitPattern
        start.storeBytes(of: UInt16(bits >> 16), as: UInt16.self)
      case CK_FORMAT_Q6_K: start.storeBytes(of: half, toByteOffset: 208, as: UInt16.self)
      case CK_FORMAT_Q2_K:
        start.storeBytes(of: half, toByteOffset: 80, as: UInt16.self)
        start.storeBytes(of: half, toByteOffset: 82, as: UInt16.self)
      case CK_FORMAT_Q3_K: start.storeBytes(of: half, toByteOffset: 108, as: UInt16.self)
      case CK_FORMAT_Q4_K, CK_FORMAT_Q5_K, CK_FORMAT_Q4_1, CK_FORMAT_Q5_1:
        start.storeBytes(of: half, as: UInt16.self)
        start.storeBytes(of: half, toByteOffset: 2, as: UInt16.self)
      default: start.storeBytes(of: half, as: UInt16.self)
      }
    }
    weights = ck_weights(
      base: UnsafeRawPointer(bytes), rows: rows, columns: columns, stride_bytes: rowBytes,
      format: format, slabs: nil)
  }

  /// Sets the elements of all blocks; scales stay as they are.
  func fillElements(with byte: UInt8) {
    let format = weights.format
    let scaleBytes = format == CK_FORMAT_Q4_K ? 16 : 2
    for block in 0..<weights.rows * weights.columns / format.blockElements {
      let start = memory.base + 1 + block * format.blockBytes
      memset(start + scaleBytes, Int32(byte), format.blockBytes - scaleBytes)
    }
  }

  /// The slabs of all rows, prepared for products of `operand`.
  func slabs(_ isa: ck_isa, _ operand: ck_operand) -> Memory {
    let count = (weights.rows + 15) / 16
    let slabs = Memory(byteCount: count * ck_slab_bytes(operand, weights.columns))
    withUnsafePointer(to: weights) {
      for slab in 0..<count { ck_prepare_slab(isa, operand, $0, slab, slabs.base) }
    }
    return slabs
  }

  /// Row `row` as f32, by the scalar twin.
  func row(_ row: Int) -> [Float] {
    var output = [Float](repeating: 0, count: weights.columns)
    withUnsafePointer(to: weights) {
      ck_dequantize(CK_ISA_SCALAR, $0, row, 0, weights.columns, &output)
    }
    return output
  }
}

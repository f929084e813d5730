/// Finds out quickly whether numbers are all finite.
///
/// Looks at eight bytes at once: a number is infinite or not a number exactly when all its
/// exponent bits are set, and then adding one to the exponent carries into its sign bit.
package struct FiniteCheck {
  /// The exponent bits of every number in a word.
  private let exponents: UInt64

  /// For single precision.
  package static let float32 = FiniteCheck(exponents: 0x7F80_0000_7F80_0000)
  /// For bfloat16.
  package static let bfloat16 = FiniteCheck(exponents: 0x7F80_7F80_7F80_7F80)
  /// For half precision.
  package static let float16 = FiniteCheck(exponents: 0x7C00_7C00_7C00_7C00)

  private init(exponents: UInt64) { self.exponents = exponents }

  /// The check for elements of `type`; `nil` where every number is finite or no weight.
  package init?(_ type: ElementType) {
    switch type {
    case .float32: self = .float32
    case .bfloat16: self = .bfloat16
    case .float16: self = .float16
    default: return nil
    }
  }

  /// Whether all numbers in `bytes` are finite.
  package func accepts(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let one = exponents & ~(exponents << 1)
    let signs = ~exponents & (exponents << 1)
    var carries: UInt64 = 0
    var offset = 0
    while offset + 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      carries |= (word & exponents) &+ one
      offset += 8
    }
    var rest: UInt64 = 0
    for byte in bytes[offset...].reversed() { rest = rest << 8 | UInt64(byte) }
    carries |= (rest & exponents) &+ one
    return carries & signs == 0
  }
}

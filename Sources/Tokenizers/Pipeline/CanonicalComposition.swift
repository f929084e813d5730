@_spi(_Unicode) internal import Swift

/// Normalization form C of Unicode (UAX #15).
package enum CanonicalComposition {
  /// Returns `text` composed.
  ///
  /// The standard library composes each stretch that needs it. Stretches begin where nothing can
  /// combine with what stands before, at every scalar below U+0300. Three Tibetan vowel signs,
  /// whose parts the standard library does not sort, are taken apart first.
  ///
  /// `_nfc` is meant for Foundation, but on Linux `precomposedStringWithCanonicalMapping` leaves
  /// U+AC00 U+11A8 apart and composes U+100059 U+0308 to U+0178, so it cannot be used instead.
  package static func apply(to text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    if text.allSatisfy({ $0.value < 0x300 }) { return text }
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    var stretch = String.UnicodeScalarView()
    var isPlain = true
    func flush() {
      if isPlain { result += stretch } else { result += String(stretch)._nfc }
      stretch.removeAll(keepingCapacity: true)
      isPlain = true
    }
    for scalar in text {
      if scalar.value < 0x300 { flush() } else { isPlain = false }
      if let parts = tibetanParts(of: scalar) {
        stretch.append(contentsOf: parts)
      } else {
        stretch.append(scalar)
      }
    }
    flush()
    return result
  }

  /// The decomposition of the signs whose parts are both combining marks.
  static func tibetanParts(of scalar: Unicode.Scalar) -> [Unicode.Scalar]? {
    switch scalar {
    case "\u{0F73}": ["\u{0F71}", "\u{0F72}"]
    case "\u{0F75}": ["\u{0F71}", "\u{0F74}"]
    case "\u{0F81}": ["\u{0F71}", "\u{0F80}"]
    default: nil
    }
  }
}

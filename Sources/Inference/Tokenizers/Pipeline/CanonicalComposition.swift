internal import Foundation

/// Normalization form C of Unicode (UAX #15).
package enum CanonicalComposition {
  /// Returns `text` composed.
  ///
  /// Foundation composes each stretch that needs it. Stretches begin where nothing can combine
  /// with what stands before: at every scalar below U+0300. Two jamo that Foundation would compose
  /// although they are outside the range of modern Hangul (U+1113 and U+1176) are boundaries
  /// too, and three Tibetan vowel signs, whose parts Foundation does not sort, are taken apart first.
  package static func apply(to text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    if text.allSatisfy({ $0.value < 0x300 }) { return text }
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    var stretch = String.UnicodeScalarView()
    var isPlain = true
    func flush() {
      if isPlain {
        result += stretch
      } else {
        result += String(stretch).precomposedStringWithCanonicalMapping.unicodeScalars
      }
      stretch.removeAll(keepingCapacity: true)
      isPlain = true
    }
    var previous: Unicode.Scalar?
    for scalar in text {
      if scalar.value < 0x300 || scalar == "\u{1176}" || previous == "\u{1113}" { flush() }
      if scalar.value >= 0x300 { isPlain = false }
      if let parts = tibetanParts(of: scalar) {
        stretch.append(contentsOf: parts)
      } else {
        stretch.append(scalar)
      }
      previous = scalar
    }
    flush()
    return result
  }

  /// The decomposition of the signs whose parts are both combining marks.
  private static func tibetanParts(of scalar: Unicode.Scalar) -> [Unicode.Scalar]? {
    switch scalar {
    case "\u{0F73}": ["\u{0F71}", "\u{0F72}"]
    case "\u{0F75}": ["\u{0F71}", "\u{0F74}"]
    case "\u{0F81}": ["\u{0F71}", "\u{0F80}"]
    default: nil
    }
  }
}

@_spi(_Unicode) internal import Swift

/// The normalization forms of Unicode that take characters apart (UAX #15).
package enum UnicodeDecomposition {
  /// Returns `text` in form NFD, or NFKD if `isCompatible`.
  ///
  /// - Complexity: O(*n*) for *n* scalars.
  package static func apply(to text: [Unicode.Scalar], isCompatible: Bool) -> [Unicode.Scalar] {
    // Nothing below U+00A0 is taken apart.
    if text.allSatisfy({ $0.value < 0xA0 }) { return text }
    var view = String.UnicodeScalarView()
    for scalar in text {
      if isCompatible, scalar.value >= 0xA0, let parts = compatibility[scalar] {
        view.append(contentsOf: parts)
      } else if let parts = CanonicalComposition.tibetanParts(of: scalar) {
        view.append(contentsOf: parts)
      } else {
        view.append(scalar)
      }
    }
    return Array(String(view)._nfd)
  }

  /// What scalars become where canonical decomposition alone would leave them different.
  private static let compatibility: [Unicode.Scalar: [Unicode.Scalar]] = {
    var table: [Unicode.Scalar: [Unicode.Scalar]] = [:]
    for entry in UnicodeTables.compatibility.utf8.split(separator: UInt8(ascii: ";")) {
      let scalars = entry.split(separator: UInt8(ascii: " ")).compactMap {
        UInt32(Substring($0), radix: 16).flatMap(Unicode.Scalar.init)
      }
      guard let first = scalars.first else { continue }
      table[first] = Array(scalars.dropFirst())
    }
    return table
  }()
}

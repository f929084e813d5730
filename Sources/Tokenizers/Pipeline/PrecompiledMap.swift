/// The normalization of sentencepiece: a double-array trie of texts, and what becomes of them.
///
/// The layout is that of Darts-clone (Yata); see `Normalizer::DecodePrecompiledCharsMap`.
package struct PrecompiledMap: Sendable {
  private let units: [UInt32]
  private let texts: [UInt8]

  /// Reads a map: the size of the trie, the trie, and the texts, each ended by a zero; `nil` when
  /// the bytes are no map.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count > 4 else { return nil }
    func word(_ offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }
    let size = Int(word(0))
    guard size > 0, size % 4 == 0, size <= bytes.count - 4 else { return nil }
    units = stride(from: 4, to: 4 + size, by: 4).map(word)
    texts = Array(bytes[(4 + size)...])
  }

  /// What the longest text of the map that `bytes` begin with becomes, and its length.
  func longestMatch(in bytes: ArraySlice<UInt8>) -> (text: ArraySlice<UInt8>, length: Int)? {
    var longest: (text: ArraySlice<UInt8>, length: Int)?
    forEachMatch(in: bytes) { longest = ($0, $1) }
    return longest
  }

  /// Calls `body` with every text of the map that `bytes` begin with, the shortest first.
  private func forEachMatch(
    in bytes: ArraySlice<UInt8>, _ body: (_ text: ArraySlice<UInt8>, _ length: Int) -> Void
  ) {
    guard var unit = units.first else { return }
    var node = Int(Self.offset(of: unit))
    for (index, byte) in bytes.enumerated() {
      guard byte != 0 else { return }
      node ^= Int(byte)
      guard units.indices.contains(node) else { return }
      unit = units[node]
      // The label, and whether this is a leaf, which no byte leads to.
      guard unit & (1 << 31 | 0xFF) == UInt32(byte) else { return }
      node ^= Int(Self.offset(of: unit))
      guard unit >> 8 & 1 == 1, units.indices.contains(node) else { continue }
      let start = Int(units[node] & 0x7FFF_FFFF)
      guard start <= texts.count else { return }
      body(texts[start...].prefix { $0 != 0 }, index + 1)
    }
  }

  private static func offset(of unit: UInt32) -> UInt32 {
    (unit >> 10) << ((unit & (1 << 9)) >> 6)
  }

  /// Returns `text` mapped, the longest match at every place, as sentencepiece does.
  func apply(to text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    let bytes = text.flatMap { Array($0.utf8) }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var position = 0
    while position < bytes.count {
      if let match = longestMatch(in: bytes[position...]) {
        result += match.text
        position += match.length
      } else {
        let length = min(max((~bytes[position]).leadingZeroBitCount, 1), bytes.count - position)
        result += bytes[position..<position + length]
        position += length
      }
    }
    return Array(String(decoding: result, as: UTF8.self).unicodeScalars)
  }

  /// Returns `text` mapped as the tokenizers package does: short grapheme clusters as a whole, else
  /// scalar by scalar, and only where a text of the map is all there is.
  func applyToClusters(of text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text)
    var result = String.UnicodeScalarView()
    for cluster in String(view) {
      if cluster.utf8.count < 6, let mapped = transformed(Array(cluster.utf8)) {
        result.append(contentsOf: mapped.unicodeScalars)
        continue
      }
      for scalar in cluster.unicodeScalars {
        if let mapped = transformed(Array(scalar.utf8)) {
          result.append(contentsOf: mapped.unicodeScalars)
        } else {
          result.append(scalar)
        }
      }
    }
    return Array(result)
  }

  /// What the first text of the map that `bytes` begin with becomes.
  private func transformed(_ bytes: [UInt8]) -> String? {
    var first: ArraySlice<UInt8>?
    forEachMatch(in: bytes[...]) { text, _ in first = first ?? text }
    return first.map { String(decoding: $0, as: UTF8.self) }
  }
}

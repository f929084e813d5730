/// What sentencepiece does to a text: its map of characters, and its rules for blanks.
///
/// `Normalizer::Normalize` in `normalizer.cc`.
package struct SentencePieceNormalization: Sendable {
  /// The map, where there is one.
  var map: PrecompiledMap?
  /// Whether one blank is put before every text.
  var addsBlank = true
  /// Whether blanks at both ends go, and several in a row become one.
  var mergesBlanks = true

  /// Creates a normalization.
  package init(map: PrecompiledMap?, addsBlank: Bool, mergesBlanks: Bool) {
    self.map = map
    self.addsBlank = addsBlank
    self.mergesBlanks = mergesBlanks
  }

  /// Returns `text` normalized, with `▁` for blanks.
  func apply(to text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var text = map?.apply(to: text) ?? text
    if mergesBlanks {
      var merged: [Unicode.Scalar] = []
      for scalar in text where !(scalar == " " && (merged.isEmpty || merged.last == " ")) {
        merged.append(scalar)
      }
      if merged.last == " " { merged.removeLast() }
      text = merged
    }
    if text.isEmpty { return [] }
    return (addsBlank ? ["▁"] : []) + text.map { $0 == " " ? "▁" : $0 }
  }
}

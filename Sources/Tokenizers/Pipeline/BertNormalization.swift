internal import JSON

/// What BERT does to a text before it is cut into words (`BasicTokenizer`).
package struct BertNormalization: Sendable {
  var cleansText = true
  var separatesHan = true
  var stripsAccents = true
  var isLowercase = true

  /// Creates the normalization of models that do not tell upper from lower case.
  package init() {}

  /// Reads a normalizer of type `BertNormalizer`.
  package init(_ field: JSONField) throws(TokenizerError) {
    cleansText = try field["clean_text"].boolean(default: true)
    separatesHan = try field["handle_chinese_chars"].boolean(default: true)
    isLowercase = try field["lowercase"].boolean(default: true)
    stripsAccents = try field["strip_accents"].boolean(default: isLowercase)
  }

  /// Returns `text` normalized.
  func apply(to text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var text = text
    if cleansText { text = text.compactMap(Self.cleaned) }
    if separatesHan { text = text.flatMap { Self.isHan($0) ? [" ", $0, " "] : [$0] } }
    if stripsAccents {
      text = UnicodeDecomposition.apply(to: text, isCompatible: false).filter {
        !ScalarCategories.nonspacingMark.contains(ScalarCategories(of: $0))
      }
    }
    if isLowercase { text = text.flatMap { $0.properties.lowercaseMapping.unicodeScalars } }
    return text
  }

  private static func cleaned(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    if ["\t", "\n", "\r"].contains(scalar) || scalar.properties.isWhitespace { return " " }
    if scalar == "\u{FFFD}" { return nil }
    return ScalarCategories.invisible.contains(ScalarCategories(of: scalar)) ? nil : scalar
  }

  private static func isHan(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
      0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}

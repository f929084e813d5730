internal import JSON

/// What a tokenizer does to a text before it is cut into pieces.
package enum Normalizer: Sendable {
  /// Composes characters: NFC.
  case canonicalComposition
  /// Takes characters apart: NFD, or NFKD if compatible.
  case decomposition(isCompatible: Bool)
  /// Takes compatible characters apart and composes the result: NFKC.
  case compatibilityComposition
  /// Removes all marks.
  case stripMarks
  /// What BERT does.
  case bert(BertNormalization)
  /// The map of a sentencepiece model, as the tokenizers package applies it.
  case precompiled(PrecompiledMap)
  /// The map and the rules for blanks of a sentencepiece model, as sentencepiece applies them.
  case sentencePiece(SentencePieceNormalization)
  /// Puts something in front of a text that is not empty.
  case prepend([Unicode.Scalar])
  /// Replaces the matches of a pattern.
  case replace(TextReplacement)
  /// Makes every scalar lower case on its own.
  case lowercase
  /// Removes white space at the beginning, the end, or both.
  case strip(left: Bool, right: Bool)
  /// Writes bytes as their stand-ins.
  case byteLevel
  /// Removes control characters and writes all white space as blanks.
  case nmt
  /// Does one thing after the other.
  case sequence([Normalizer])

  /// The types that can be read.
  private static let types = [
    "BertNormalizer", "ByteLevel", "Lowercase", "NFC", "NFD", "NFKC", "NFKD", "Nmt",
    "Precompiled", "Prepend", "Replace", "Sequence", "Strip", "StripAccents",
  ]

  /// Reads the `normalizer` of a tokenizer file; none does nothing.
  package init(_ field: JSONField) throws(TokenizerError) {
    if field.isNull {
      self = .sequence([])
      return
    }
    switch try field["type"].string() {
    case "NFC": self = .canonicalComposition
    case "NFD": self = .decomposition(isCompatible: false)
    case "NFKD": self = .decomposition(isCompatible: true)
    case "NFKC": self = .compatibilityComposition
    case "StripAccents": self = .stripMarks
    case "BertNormalizer": self = .bert(try BertNormalization(field))
    case "Nmt": self = .nmt
    case "Precompiled":
      let text = try field["precompiled_charsmap"].optionalString() ?? ""
      guard let bytes = Base64.bytes(of: text), let map = PrecompiledMap(bytes) else {
        throw field["precompiled_charsmap"].malformed(expected: "a map in base 64")
      }
      self = .precompiled(map)
    case "Prepend": self = .prepend(try field["prepend"].insertedText())
    case "Replace": self = .replace(try TextReplacement(field))
    case "Lowercase": self = .lowercase
    case "Strip":
      self = .strip(
        left: try field["strip_left"].boolean(default: true),
        right: try field["strip_right"].boolean(default: true))
    case "ByteLevel": self = .byteLevel
    case "Sequence":
      var steps: [Normalizer] = []
      for step in try field["normalizers"].elements() { steps.append(try Normalizer(step)) }
      try field["normalizers"].checkGrowth(steps.map(\.growth))
      self = .sequence(steps)
    default: throw field["type"].unsupported(Self.types)
    }
  }

  /// A number of times a text can become longer.
  private var growth: Int {
    switch self {
    case .canonicalComposition, .strip, .stripMarks, .nmt: 1
    case .decomposition(let isCompatible): isCompatible ? 18 : 4
    case .compatibilityComposition, .precompiled, .sentencePiece: 18
    case .bert: 12
    case .prepend: 2
    case .lowercase: 3
    case .byteLevel: 4
    case .replace(let replacement): replacement.growth
    case .sequence(let steps): steps.reduce(1) { $0 * $1.growth }
    }
  }

  /// Returns `text` normalized.
  package func apply(to text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    switch self {
    case .canonicalComposition: return CanonicalComposition.apply(to: text)
    case .decomposition(let isCompatible):
      return UnicodeDecomposition.apply(to: text, isCompatible: isCompatible)
    case .compatibilityComposition:
      if text.allSatisfy({ $0.value < 0xA0 }) { return text }
      return CanonicalComposition.apply(
        to: UnicodeDecomposition.apply(to: text, isCompatible: true))
    case .stripMarks:
      return text.filter { !ScalarCategories.mark.contains(ScalarCategories(of: $0)) }
    case .bert(let normalization): return normalization.apply(to: text)
    case .precompiled(let map): return map.applyToClusters(of: text)
    case .sentencePiece(let normalization): return normalization.apply(to: text)
    case .nmt: return text.compactMap(Self.nmt)
    case .prepend(let prefix): return text.isEmpty ? text : prefix + text
    case .replace(let replacement): return replacement.apply(to: text)
    case .lowercase: return text.flatMap { $0.properties.lowercaseMapping.unicodeScalars }
    case .strip(let left, let right):
      var rest = text[...]
      if left { rest = rest.drop(while: \.properties.isWhitespace) }
      while right, rest.last?.properties.isWhitespace == true { rest.removeLast() }
      return Array(rest)
    case .byteLevel: return ByteAlphabet.spelling(of: text[...])
    case .sequence(let steps): return steps.reduce(text) { $1.apply(to: $0) }
    }
  }
}

extension Normalizer {
  /// What becomes of a scalar in the preprocessing of machine translation (`nmt.rs`).
  private static func nmt(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar.value {
    case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: nil
    case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
      " "
    default: scalar
    }
  }
}

extension JSONField {
  /// Returns the scalars of a text that will be put into other texts many times.
  func insertedText() throws(TokenizerError) -> [Unicode.Scalar] {
    let scalars = Array(try string().unicodeScalars)
    if scalars.count > 64 { throw malformed(expected: "at most 64 characters") }
    return scalars
  }

  /// Refuses steps that together would blow up a text.
  ///
  /// - Parameter growths: How many times longer each step can make a text.
  /// - Throws: ``TokenizerError/malformed(path:field:found:expected:)``.
  func checkGrowth(_ growths: [Int]) throws(TokenizerError) {
    var product = 1
    for growth in growths where product <= 4096 { product *= growth }
    if growths.count > 64 || product > 4096 {
      throw malformed(expected: "at most 64 steps that make a text at most 4096 times longer")
    }
  }

  /// Returns the complaint that this type is not among the `supported` ones.
  func unsupported(_ supported: [String]) -> TokenizerError {
    .unsupported(path: path, field: name, found: value.summary, supported: supported)
  }
}

/// A property of scalars that patterns name, such as `\w` or `[[:alpha:]]`.
///
/// They mean what Oniguruma means by them in Unicode text.
enum ScalarProperty: String, Sendable, CaseIterable {
  case alnum, alpha, ascii, blank, cntrl, digit, emoji, graph, lower, print, punct, space, upper
  case word, xdigit, any, assigned, alphabetic, uppercase, lowercase
  /// What `\w` means, which is a little more than `word`.
  case wordEscape = "\\w"

  /// Reads a name in any case.
  init?(named name: String) {
    guard !name.hasPrefix("\\") else { return nil }
    let name = name.lowercased().filter { !" _-".contains($0) }
    self.init(rawValue: name == "whitespace" ? "space" : name)
  }

  /// Whether `scalar` has the property.
  func contains(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    let category = ScalarCategories(of: scalar)
    switch self {
    case .alpha, .alphabetic: return properties.isAlphabetic
    case .alnum: return properties.isAlphabetic || category == .decimalNumber
    case .ascii: return scalar.isASCII
    case .blank: return scalar == "\t" || category == .spaceSeparator
    case .cntrl: return category == .control
    case .digit: return category == .decimalNumber
    case .emoji: return properties.isEmoji
    case .graph: return Self.isVisible(properties, category)
    case .lower, .lowercase: return properties.isLowercase
    case .print: return Self.isVisible(properties, category) || category == .spaceSeparator
    case .punct: return !category.isDisjoint(with: .punctuationOrSymbol)
    case .space: return properties.isWhitespace
    case .upper, .uppercase: return properties.isUppercase
    case .word: return Self.isInWord(properties, category)
    case .wordEscape:
      // Oniguruma counts the superscripts and fractions of Latin-1 here, and only here.
      return Self.isInWord(properties, category)
        || [0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE].contains(scalar.value)
    case .xdigit: return scalar.isASCII && properties.isHexDigit
    case .any: return true
    case .assigned: return category != .unassigned
    }
  }

  private static func isVisible(
    _ properties: Unicode.Scalar.Properties, _ category: ScalarCategories
  ) -> Bool {
    !properties.isWhitespace && category.isDisjoint(with: [.control, .unassigned, .surrogate])
  }

  private static func isInWord(
    _ properties: Unicode.Scalar.Properties, _ category: ScalarCategories
  ) -> Bool {
    properties.isAlphabetic
      || !category.isDisjoint(with: [.mark, .decimalNumber, .connectorPunctuation])
  }
}

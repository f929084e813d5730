/// How many terminal cells text takes: 0, 1 or 2 for each grapheme cluster.
///
/// Follows what `wcwidth` of current systems does: wide and fullwidth characters take two cells,
/// ambiguous ones take one, marks take none. Emoji sequences (joined, flags, keycaps, skin tones,
/// emoji presentation selected by U+FE0F) take two.
///
/// - SeeAlso: Unicode Standard Annex #11, “East Asian Width”; Technical Standard #51.
public enum CharacterWidth {
  /// Returns the number of cells a scalar takes on its own: 0, 1 or 2.
  public static func width(of scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 {
      let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      return isControl ? 0 : 1
    }
    return isZeroWidth(scalar) ? 0 : isWide(scalar) ? 2 : 1
  }

  /// Returns the number of cells a grapheme cluster takes: 0, 1 or 2.
  ///
  /// Controls and lone combining marks take none; ``TextSanitizer`` replaces them by something that
  /// does before text is drawn.
  public static func width(of character: Character) -> Int {
    if let ascii = character.asciiValue, character.utf8.count == 1 {
      return ascii < 0x20 || ascii == 0x7F ? 0 : 1
    }
    let scalars = character.unicodeScalars
    guard let first = scalars.first else { return 0 }
    if scalars.count > 1, isEmojiSequence(character) { return 2 }
    if scalars.count == 1 { return width(of: first) }
    return min(2, scalars.reduce(0) { $0 + width(of: $1) })
  }

  /// Returns the number of cells a text takes, the sum over its grapheme clusters.
  ///
  /// - Complexity: O(*n*) in the length of the text.
  public static func width(of text: some StringProtocol) -> Int {
    text.reduce(0) { $0 + width(of: $1) }
  }

  /// Whether several scalars form one emoji.
  static func isEmojiSequence(_ character: Character) -> Bool {
    var previous: Unicode.Scalar?
    for scalar in character.unicodeScalars {
      defer { previous = scalar }
      guard let before = previous else { continue }
      if isRegionalIndicator(before) && isRegionalIndicator(scalar) { return true }
      if scalar.value == 0xFE0F && before.properties.isEmoji { return true }
      if scalar.properties.isEmojiModifier && before.properties.isEmoji { return true }
      if before.value == 0x200D && isPictographic(scalar) { return true }
    }
    return false
  }

  /// Whether the scalar is an emoji that is not a digit or a sign.
  static func isPictographic(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value > 0xFF && scalar.properties.isEmoji
  }

  /// Whether the scalar is half of a flag.
  static func isRegionalIndicator(_ scalar: Unicode.Scalar) -> Bool {
    (0x1F1E6...0x1F1FF).contains(scalar.value)
  }

  private static func isZeroWidth(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .lineSeparator, .paragraphSeparator, .control: true
    case .spacingMark: (0x302E...0x302F).contains(scalar.value)
    case .format: !isVisibleFormat(scalar)
    // Vowels and finals of Hangul are drawn into the cell of the initial consonant.
    case .otherLetter: [0x1160...0x11FF, 0xD7B0...0xD7FF].contains { $0.contains(scalar.value) }
    default: false
    }
  }

  /// Whether the scalar is a format character with a shape, such as the Arabic number sign.
  static func isVisibleFormat(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x600...0x605, 0x6DD, 0x70F, 0x890...0x891, 0x8E2, 0x110BD, 0x110CD: true
    default: false
    }
  }

  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.value >= 0x1100 else { return false }
    var low = 0
    var high = wideRanges.count
    while low < high {
      let middle = (low + high) / 2
      if wideRanges[middle].upperBound < scalar.value { low = middle + 1 } else { high = middle }
    }
    return low < wideRanges.count && wideRanges[low].contains(scalar.value)
  }
}

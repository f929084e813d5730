/// A regular expression that cuts a text into pieces.
///
/// Foundation's and Swift's regular expressions work on grapheme clusters or UTF-16, are slower,
/// and differ in details from Oniguruma, by which the published tokenizers were trained. This
/// one knows what those tokenizers use: alternatives, sets, `\s`, `\d`, general categories, greedy,
/// lazy and possessive quantifiers, groups, `(?i:…)`, lookahead and anchors. `(?i:…)` compares
/// scalar by scalar: `ß` is not `ss`.
package struct SplitPattern: Sendable {
  private let program: SplitProgram

  /// Translates a regular expression.
  package init(_ expression: String) throws(SplitPatternError) {
    program = try SplitProgram(SplitPatternParser.parse(expression))
  }

  /// Creates a pattern that matches `literal` itself.
  package init(literal: [Unicode.Scalar]) { program = SplitProgram(literal: literal) }

  /// Returns the matches in `text`, leftmost first, as ranges of its indices.
  ///
  /// An empty match right after another match does not count. An expression that tries out too
  /// much (more than some hundred steps a scalar) is given up: the rest then has no matches.
  ///
  /// - Complexity: O(`text.count`) steps, each possibly over a run of equal scalars.
  package func matches(in text: ArraySlice<Unicode.Scalar>) -> [Range<Int>] {
    var matcher = SplitMatcher(program, text: text)
    var matches: [Range<Int>] = []
    var position = text.startIndex
    while position <= text.endIndex, !matcher.isExhausted {
      guard let end = matcher.end(ofMatchAt: position) else {
        position += 1
        continue
      }
      if end > position {
        matches.append(position..<end)
        position = end
      } else {
        if matches.last?.upperBound != position { matches.append(position..<position) }
        position += 1
      }
    }
    return matches
  }
}

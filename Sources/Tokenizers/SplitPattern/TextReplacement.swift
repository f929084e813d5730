/// A pattern and what is put in place of its matches.
package struct TextReplacement: Sendable {
  private let pattern: SplitPattern
  private let content: [Unicode.Scalar]
  /// The scalar to look for when the pattern is no more than that.
  private let single: Unicode.Scalar?

  /// How many times longer a text can become: one match before each scalar, one at the end.
  var growth: Int { 2 * max(1, content.count) }

  /// Reads an object with `pattern` and `content`.
  package init(_ field: JSONField) throws(TokenizerError) {
    pattern = try SplitPattern(field["pattern"])
    content = try field["content"].insertedText()
    if let literal = try field["pattern"]["String"].optionalString()?.unicodeScalars {
      single = literal.count == 1 ? literal.first : nil
    } else {
      single = nil
    }
  }

  /// Returns `text` with all matches replaced.
  package func apply(to text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    if let single {
      for scalar in text {
        if scalar == single { result += content } else { result.append(scalar) }
      }
      return result
    }
    var position = 0
    for match in pattern.matches(in: text[...]) {
      result += text[position..<match.lowerBound]
      result += content
      position = match.upperBound
    }
    return result + text[position...]
  }
}

extension SplitPattern {
  /// Reads an object with a member `Regex` or `String`.
  init(_ field: JSONField) throws(TokenizerError) {
    if let literal = try field["String"].optionalString() {
      self.init(literal: Array(literal.unicodeScalars))
    } else if let expression = try field["Regex"].optionalString() {
      try self.init(expression, for: field)
    } else {
      throw field.malformed(expected: "an object with String or Regex")
    }
  }

  /// Translates an expression that `field` gives or implies.
  init(_ expression: String, for field: JSONField) throws(TokenizerError) {
    do throws(SplitPatternError) {
      try self.init(expression)
    } catch {
      if error.isValid {
        throw .unsupported(
          path: field.path, field: field.name,
          found: "“\(expression.shortened)” with “\(error.construct.shortened)”: \(error.problem)",
          supported: ["sets, classes, scripts, groups, lookahead, lookbehind of fixed length"])
      }
      throw .malformed(
        path: field.path, field: field.name,
        found: "“\(error.construct.shortened)”: \(error.problem)",
        expected: "a regular expression of the kind tokenizers use")
    }
  }
}

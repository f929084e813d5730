/// What becomes of the matches of a split pattern.
package enum SplitBehavior: String, CaseIterable, Sendable {
  /// They disappear.
  case removed = "Removed"
  /// Each is a piece.
  case isolated = "Isolated"
  /// Each ends the piece before it.
  case mergedWithPrevious = "MergedWithPrevious"
  /// Each begins the piece after it.
  case mergedWithNext = "MergedWithNext"
  /// Those next to each other are one piece.
  case contiguous = "Contiguous"

  /// Reads the name of a behavior.
  package init(_ field: JSONField) throws(TokenizerError) {
    guard let behavior = Self(rawValue: try field.string()) else {
      throw field.unsupported(Self.allCases.map(\.rawValue))
    }
    self = behavior
  }

  private typealias Part = (range: Range<Int>, isMatch: Bool)

  /// Cuts a text at its matches.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - matches: The matches in it, in order.
  ///   - isInverted: Whether what is between the matches counts as match instead.
  /// - Returns: The pieces as ranges of indices of `text`, in order, none of them empty.
  package func pieces(
    of text: ArraySlice<Unicode.Scalar>, at matches: [Range<Int>], isInverted: Bool = false
  ) -> [Range<Int>] {
    var parts: [Part] = []
    parts.reserveCapacity(matches.count)
    var position = text.startIndex
    for match in matches {
      if match.lowerBound > position {
        parts.append((position..<match.lowerBound, isInverted))
      }
      parts.append((match, !isInverted))
      position = match.upperBound
    }
    if position < text.endIndex { parts.append((position..<text.endIndex, isInverted)) }
    return merged(parts).filter { !$0.isEmpty }
  }

  private func merged(_ parts: [Part]) -> [Range<Int>] {
    switch self {
    case .isolated: return parts.map(\.range)
    case .removed: return parts.compactMap { $0.isMatch ? nil : $0.range }
    case .contiguous: return merged(parts) { previous, part in previous.isMatch == part.isMatch }
    case .mergedWithPrevious:
      return merged(parts) { previous, part in part.isMatch && !previous.isMatch }
    case .mergedWithNext:
      // The same from right to left, where two matches in a row do not merge either.
      return merged(parts) { previous, part in previous.isMatch && !part.isMatch }
    }
  }

  /// Joins every part to the one before it if `joins` says so.
  private func merged(
    _ parts: [Part], joins: (_ previous: Part, _ part: Part) -> Bool
  ) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var previous: Part?
    for part in parts {
      if let previous, let last = ranges.last, joins(previous, part) {
        ranges[ranges.count - 1] = last.lowerBound..<part.range.upperBound
      } else {
        ranges.append(part.range)
      }
      previous = part
    }
    return ranges
  }
}

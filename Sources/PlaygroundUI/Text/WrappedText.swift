/// A text in lines of some width, broken between words where that is possible.
package struct WrappedText {
  private var rows: [[Grapheme]] = [[]]
  private let symbols: Symbols
  private let width: Int

  /// Breaks a text; line breaks in it are kept.
  package init(_ text: String, width: Int, symbols: Symbols) {
    self.symbols = symbols
    self.width = max(1, width)
    let sanitizer = TextSanitizer(symbols: symbols)
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if index > 0 { rows.append([]) }
      for word in line.split(separator: " ", omittingEmptySubsequences: false) {
        append(sanitizer.graphemes(of: word), isFirst: rows[rows.count - 1].isEmpty)
      }
    }
  }

  private mutating func append(_ word: [Grapheme], isFirst: Bool) {
    let blank = Grapheme(unchecked: " ", width: 1)
    let used = rows[rows.count - 1].width
    if !isFirst || used > 0 {
      if used + 1 + word.width <= width {
        rows[rows.count - 1] += [blank] + word
        return
      }
      rows.append([])
    }
    for grapheme in word {
      if rows[rows.count - 1].width + grapheme.width > width { rows.append([]) }
      rows[rows.count - 1].append(grapheme)
    }
  }

  /// All lines.
  package var lines: [[Grapheme]] { rows }

  /// The first lines; the last ends with an ellipsis if there were more.
  package func lines(limit: Int) -> [[Grapheme]] {
    guard rows.count > limit else { return rows }
    var kept = Array(rows.prefix(max(0, limit)))
    guard let last = kept.popLast() else { return [] }
    let ellipsis = Grapheme(unchecked: symbols.ellipsis, width: 1)
    kept.append(last.width < width ? last + [ellipsis] : last.dropLast() + [ellipsis])
    return kept
  }
}

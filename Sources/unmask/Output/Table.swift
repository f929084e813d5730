import PlaygroundUI

/// Lines of aligned columns for a terminal.
struct Table {
  /// On which side the text of a column stands.
  enum Alignment {
    case left
    case right
  }

  private let alignments: [Alignment]
  private var rows: [[String]] = []

  /// Creates a table of columns with headings; a heading that ends in `>` aligns right.
  init(_ headings: [String]) {
    alignments = headings.map { $0.hasSuffix(">") ? .right : .left }
    rows = [headings.map { $0.hasSuffix(">") ? String($0.dropLast()) : $0 }]
  }

  /// Adds a row, as wide as the headings.
  mutating func add(_ row: [String]) { rows.append(row) }

  /// The lines, two blanks between the columns.
  var text: String {
    let widths = alignments.indices.map { column in
      rows.map { CharacterWidth.width(of: $0[column]) }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, text) in row.enumerated() {
        let blanks = String(
          repeating: " ", count: widths[column] - CharacterWidth.width(of: text))
        line +=
          (column > 0 ? "  " : "") + (alignments[column] == .left ? text + blanks : blanks + text)
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}

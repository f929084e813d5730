package import PlaygroundUI

/// Makes papers that are named on the screen links, for terminals that know OSC 8.
///
/// Curses knows no links, so what stands there is written once more, in a link. The terminal keeps the
/// link as long as the cells stay the same, and so does curses.
package struct LinkPainter {
  /// Cells of a row that name a paper.
  private struct Place: Equatable {
    var row: Int
    var columns: Range<Int>
    var address: String
    var cells: [Cell]
  }

  private var shown: [Place] = []

  /// Creates a painter before anything is shown.
  package init() {}

  /// Forgets what is shown: everything is painted anew.
  package mutating func forget() { shown = [] }

  /// Returns what to send after a screen was painted; `nil` when no link is new.
  package mutating func sequence(for screen: Screen, theme: Theme) -> String? {
    let places = (0..<screen.size.rows).flatMap { Self.places(inRow: $0, of: screen) }
    let new = places.filter { !shown.contains($0) }
    shown = places
    guard !new.isEmpty else { return nil }
    let writer = ANSIWriter(theme: theme, usesStyles: true)
    let links = new.map { place in
      let text = place.cells.map { writer.text(String($0.character), role: $0.role) }.joined()
      return "\u{1B}[\(place.row + 1);\(place.columns.lowerBound + 1)H"
        + "\u{1B}]8;;\(place.address)\u{1B}\\\(text)\u{1B}]8;;\u{1B}\\"
    }
    // The cursor and its style are where curses left them.
    return "\u{1B}7\u{1B}[0m" + links.joined() + "\u{1B}8"
  }

  /// The papers that a row names, as `arXiv:2406.07524`.
  private static func places(inRow row: Int, of screen: Screen) -> [Place] {
    let cells = Array(screen.row(row))
    let name = Array("arXiv:")
    return cells.indices.compactMap { start -> Place? in
      guard cells[start].character == name[0],
        cells[start...].prefix(name.count).map(\.character) == name
      else { return nil }
      var end = start + name.count
      while end < cells.count, cells[end].character.isASCII,
        cells[end].character.isNumber || cells[end].character == "."
      {
        end += 1
      }
      let number = String(cells[(start + name.count)..<end].map(\.character))
      guard let match = number.prefixMatch(of: /\d{4}\.\d{4,5}/) else { return nil }
      let columns = start..<start + name.count + match.output.count
      return Place(
        row: row, columns: columns, address: "https://arxiv.org/abs/\(match.output)",
        cells: Array(cells[columns]))
    }
  }
}

import PlaygroundUI

/// Draws frames of lines over each other, in place, below what the terminal showed before.
package struct FramePainter: Sendable {
  /// The widths of the lines of the last frame, in cells.
  private var drawn: [Int] = []

  package init() {}

  /// Returns what to write so that `lines` take the place of the last frame.
  ///
  /// One write a frame and no clearing before drawing: nothing flickers. The cursor is left at the
  /// end of the last line.
  ///
  /// - Parameters:
  ///   - lines: The text of each line with its width in cells, which must be less than `columns`.
  ///   - columns: The width of the terminal now.
  /// - Returns: Text and escape sequences.
  package mutating func frame(
    _ lines: [(text: String, width: Int)], columns: Int
  ) -> String {
    let text = home(columns: columns) + lines.map { $0.text + "\u{1B}[K" }.joined(separator: "\r\n")
    drawn = lines.map(\.width)
    return text + "\u{1B}[J"
  }

  /// Returns what to write so that the last frame is gone.
  package mutating func erase(columns: Int) -> String {
    defer { drawn = [] }
    return drawn.isEmpty ? "" : home(columns: columns) + "\u{1B}[J"
  }

  /// Leaves the last frame where it is: the next one is drawn below.
  package mutating func forget() { drawn = [] }

  /// Goes to the first cell of the last frame; a terminal that has become narrower since has
  /// wrapped its lines.
  private func home(columns: Int) -> String {
    guard !drawn.isEmpty else { return "\r" }
    let columns = max(1, columns)
    let rows = drawn.reduce(0) { $0 + max(1, ($1 + columns - 1) / columns) }
    return rows > 1 ? "\r\u{1B}[\(rows - 1)A" : "\r"
  }
}

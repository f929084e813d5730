/// The cells to repaint so that a terminal that shows one screen shows another.
public struct ScreenDifference: Equatable, Sendable {
  /// Neighbouring cells of one row.
  public struct Run: Equatable, Sendable {
    /// The row.
    public let row: Int
    /// The columns; never half of a wide character of the new screen.
    public let columns: Range<Int>

    /// Creates a run.
    public init(row: Int, columns: Range<Int>) {
      self.row = row
      self.columns = columns
    }
  }

  /// The runs, from top to bottom and left to right; they do not overlap.
  public let runs: [Run]

  /// Finds the cells that differ.
  ///
  /// A cell that shows half of a wide character on either screen is repainted with the other half.
  /// Runs that are almost neighbours are joined, because moving the cursor costs more than a few
  /// cells.
  ///
  /// - Parameters:
  ///   - old: What the terminal shows; `nil` or a screen of another size repaints everything.
  ///   - new: What it is to show.
  public init(from old: Screen?, to new: Screen) {
    guard let old, old.size == new.size else {
      let columns = 0..<new.size.columns
      runs =
        columns.isEmpty ? [] : (0..<new.size.rows).map { Run(row: $0, columns: columns) }
      return
    }
    runs = (0..<new.size.rows).flatMap { row in
      Self.columnRanges(from: old.row(row), to: new.row(row)).map { Run(row: row, columns: $0) }
    }
  }

  /// The largest number of equal cells between two runs that are joined.
  private static let joinedGap = 4

  private static func columnRanges(
    from old: ArraySlice<Cell>, to new: ArraySlice<Cell>
  ) -> [Range<Int>] {
    // Comparing storage first makes an unchanged row cheap.
    guard old != new else { return [] }
    let old = Array(old)
    let new = Array(new)
    var ranges: [Range<Int>] = []
    for column in new.indices where old[column] != new[column] {
      var start = column
      var end = column + 1
      while start > 0 && (old[start].isContinuation || new[start].isContinuation) { start -= 1 }
      while end < new.count && (old[end].isContinuation || new[end].isContinuation) { end += 1 }
      if let last = ranges.last, start <= last.upperBound + joinedGap {
        ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, end)
      } else {
        ranges.append(start..<end)
      }
    }
    return ranges
  }
}

/// The size of a screen, in cells.
public struct ScreenSize: Hashable, Sendable {
  /// The number of rows, 0 or more.
  public var rows: Int
  /// The number of columns, 0 or more.
  public var columns: Int

  /// Creates a size; negative numbers count as 0, and larger than a million as a million.
  public init(rows: Int, columns: Int) {
    self.rows = min(max(rows, 0), 1_000_000)
    self.columns = min(max(columns, 0), 1_000_000)
  }
}

/// A cell of a screen, counted from 0 at the top left.
public struct ScreenPoint: Hashable, Sendable {
  /// The row, 0 at the top.
  public var row: Int
  /// The column, 0 at the left.
  public var column: Int

  /// Creates a point.
  public init(row: Int, column: Int) {
    self.row = row
    self.column = column
  }
}

/// A rectangle of cells: where a panel draws.
///
/// All operations return something sensible when there is no room: a rectangle never has a
/// negative size, and a part never reaches outside the whole.
public struct Rect: Hashable, Sendable {
  /// The first row.
  public let row: Int
  /// The first column.
  public let column: Int
  /// The number of rows, 0 or more.
  public let rows: Int
  /// The number of columns, 0 or more.
  public let columns: Int

  /// Creates a rectangle; a negative size counts as 0, and every number is kept within a million.
  public init(row: Int, column: Int, rows: Int, columns: Int) {
    let limit = 1_000_000
    self.row = min(max(row, -limit), limit)
    self.column = min(max(column, -limit), limit)
    self.rows = min(max(rows, 0), limit)
    self.columns = min(max(columns, 0), limit)
  }

  /// Creates the rectangle that covers a screen of `size`.
  public init(_ size: ScreenSize) {
    self.init(row: 0, column: 0, rows: size.rows, columns: size.columns)
  }

  /// The row after the last.
  public var endRow: Int { row + rows }

  /// The column after the last.
  public var endColumn: Int { column + columns }

  /// Whether the rectangle has no cell.
  public var isEmpty: Bool { rows == 0 || columns == 0 }

  /// The number of rows and columns.
  public var size: ScreenSize { ScreenSize(rows: rows, columns: columns) }

  /// Returns whether the cell lies in the rectangle.
  public func contains(row: Int, column: Int) -> Bool {
    row >= self.row && row < endRow && column >= self.column && column < endColumn
  }

  /// Returns the cells that lie in both rectangles.
  public func intersection(_ other: Rect) -> Rect {
    let top = max(row, other.row)
    let left = max(column, other.column)
    return Rect(
      row: top, column: left, rows: min(endRow, other.endRow) - top,
      columns: min(endColumn, other.endColumn) - left)
  }

  /// Returns the rectangle without a margin on each side, in cells.
  public func inset(top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0) -> Rect {
    let down = min(max(top, 0), rows)
    let across = min(max(left, 0), columns)
    return Rect(
      row: row + down, column: column + across, rows: rows - down - max(bottom, 0),
      columns: columns - across - max(right, 0))
  }

  /// Returns the first `count` rows and the rest below them.
  public func splitTop(_ count: Int) -> (top: Rect, rest: Rect) {
    let taken = min(max(count, 0), rows)
    return (
      Rect(row: row, column: column, rows: taken, columns: columns),
      Rect(row: row + taken, column: column, rows: rows - taken, columns: columns)
    )
  }

  /// Returns the rest above and the last `count` rows.
  public func splitBottom(_ count: Int) -> (rest: Rect, bottom: Rect) {
    let parts = splitTop(rows - min(max(count, 0), rows))
    return (parts.top, parts.rest)
  }

  /// Returns the first `count` columns and the rest to their right.
  public func splitLeft(_ count: Int) -> (left: Rect, rest: Rect) {
    let taken = min(max(count, 0), columns)
    return (
      Rect(row: row, column: column, rows: rows, columns: taken),
      Rect(row: row, column: column + taken, rows: rows, columns: columns - taken)
    )
  }

  /// Returns the rest at the left and the last `count` columns.
  public func splitRight(_ count: Int) -> (rest: Rect, right: Rect) {
    let parts = splitLeft(columns - min(max(count, 0), columns))
    return (parts.left, parts.rest)
  }

  /// Returns `count` parts side by side, as equal as possible, with `gap` columns between them.
  ///
  /// Earlier parts are the wider ones. The result is empty when `count` is 0 or less.
  public func columnParts(_ count: Int, gap: Int = 0) -> [Rect] {
    Self.parts(of: columns, count: count, gap: gap).map {
      Rect(row: row, column: column + $0.start, rows: rows, columns: $0.length)
    }
  }

  /// Returns `count` parts on top of each other, as equal as possible, with `gap` rows between.
  ///
  /// Earlier parts are the higher ones. The result is empty when `count` is 0 or less.
  public func rowParts(_ count: Int, gap: Int = 0) -> [Rect] {
    Self.parts(of: rows, count: count, gap: gap).map {
      Rect(row: row + $0.start, column: column, rows: $0.length, columns: columns)
    }
  }

  /// Returns a rectangle of at most `size` in the middle of this one.
  public func centered(_ size: ScreenSize) -> Rect {
    let rows = min(size.rows, rows)
    let columns = min(size.columns, columns)
    return Rect(
      row: row + (self.rows - rows) / 2, column: column + (self.columns - columns) / 2,
      rows: rows, columns: columns)
  }

  private static func parts(
    of length: Int, count: Int, gap: Int
  ) -> [(start: Int, length: Int)] {
    guard count > 0 else { return [] }
    let count = min(count, 1_000)
    let gap = count > 1 ? min(max(gap, 0), length / (count - 1)) : 0
    let room = length - gap * (count - 1)
    var start = 0
    return (0..<count).map { index in
      let part = room / count + (index < room % count ? 1 : 0)
      defer { start += part + gap }
      return (start, part)
    }
  }
}

/// Which panel has which part of the screen.
package struct PanelLayout: Equatable, Sendable {
  package var title: Rect
  /// One canvas, or one a compared run.
  package var canvases: [Rect]
  /// The line between the canvas and the panels at its right; empty when there are none.
  package var separator: Rect
  package var inspector: Rect
  package var settings: Rect
  package var timeline: Rect
  package var status: Rect
  package var hints: Rect

  /// Creates the layout of a state; `nil` when the screen is too small.
  package init?(_ state: Playground.State) {
    let size = state.size
    let smallest = Playground.smallestSize
    guard size.rows >= smallest.rows, size.columns >= smallest.columns else { return nil }
    var rest = Rect(size)
    (title, rest) = rest.splitTop(1)
    (rest, hints) = rest.splitBottom(1)
    (rest, status) = rest.splitBottom(1)
    (rest, timeline) = rest.splitBottom(Self.timelineRows(state))
    if size.rows >= 24 { rest = rest.inset(top: 1) }
    (canvases, separator, inspector, settings) = Self.split(rest, state)
  }

  private static func split(
    _ rest: Rect, _ state: Playground.State
  ) -> (canvases: [Rect], separator: Rect, inspector: Rect, settings: Rect) {
    let count = max(1, state.compared.count)
    let hasSide = count == 1 || rest.columns >= 60 + count * 40
    let width = hasSide ? sideWidth(columns: rest.columns) : 0
    var (left, side) = rest.splitRight(width)
    left = left.inset(left: 1, right: 1)
    if count == 1, state.preferences.canvas == .flowing, left.columns > longestLine {
      // Lines longer than this are hard to read.
      left = left.inset(left: min(3, left.columns - longestLine))
      left = left.splitLeft(longestLine).left
    }
    let canvases = count == 1 ? [left] : left.columnParts(count, gap: 3)
    let (separator, inner) = side.splitLeft(hasSide ? 2 : 0)
    let controls = ControlRow.rows(of: state).count
    let settingsRows = min(controls + 1, max(rest.rows / 2, rest.rows - 16))
    let (inspector, settings) = inner.splitBottom(settingsRows)
    return (canvases, separator, inspector, settings)
  }

  /// The longest line of flowing text, in cells.
  private static let longestLine = 100

  private static func sideWidth(columns: Int) -> Int {
    switch columns {
    case 160...: 50
    case 100...: 40
    case 76...: 32
    default: 26
    }
  }

  /// The sparkline, counts where there is room, and some lines of the tree.
  private static func timelineRows(_ state: Playground.State) -> Int {
    let rows = state.size.rows
    let tree = min(state.session.branches.count, max(1, (rows - 12) / 5))
    return 1 + (rows >= 30 ? 1 : 0) + tree
  }

  /// The number of lines of the tree.
  package var treeRows: Int { timeline.rows - 1 - (hasCounts ? 1 : 0) }

  /// Whether the timeline shows how many positions each step unmasked.
  package var hasCounts: Bool { hints.row + 1 >= 30 }
}

/// Which step stands in which column of the timeline.
package struct TimeScale: Equatable, Sendable {
  /// The number of columns.
  package var columns: Int
  /// The number of steps, at least 1.
  package var steps: Int

  /// Creates the scale of `steps` steps in `columns` columns.
  package init(steps: Int, columns: Int) {
    self.steps = min(max(1, steps), 1_000_000)
    self.columns = max(1, columns)
  }

  /// The columns a step takes; 1 also where a column stands for several steps.
  package var stride: Int { max(1, min(3, columns / (steps + 1))) }

  private var isCrowded: Bool { steps + 1 > columns }

  /// The number of columns in use.
  package var used: Int { isCrowded ? columns : steps * stride + 1 }

  /// The column of a step, 0 for the start.
  package func column(of step: Int) -> Int {
    let step = min(max(step, 0), steps)
    return isCrowded ? step * (columns - 1) / steps : step * stride
  }

  /// The step nearest to a column.
  package func step(at column: Int) -> Int {
    let column = min(max(column, 0), columns - 1)
    guard isCrowded else { return min(steps, (column + stride / 2) / stride) }
    return columns > 1 ? min(steps, (column * steps + (columns - 1) / 2) / (columns - 1)) : 0
  }
}

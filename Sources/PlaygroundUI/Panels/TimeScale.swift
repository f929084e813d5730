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

  /// Whether there are more steps than columns, so that single steps cannot be told apart.
  package var isCrowded: Bool { steps + 1 > columns }

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

package import MaskedDiffusion

/// The canvas after some step of a branch.
package typealias Frame = CanvasFrame

extension CanvasFrame {
  /// Creates the frame of `branch` after `step` steps, or the nearest there is.
  ///
  /// - Complexity: O(positions + changes since the last kept frame)
  package init(_ branch: Branch, at step: Int) {
    self = branch.keptFrame(at: step)
    let last = branch.clamped(step)
    // The frame of the start is kept without what was changed there by hand.
    for number in (self.step == 0 ? 0 : self.step + 1)..<(last + 1) {
      apply(branch.points[number], number: number)
    }
    if let record = branch.points[last].step, branch.points[last].editedCanvas == nil {
      adopt(record.canvas)
    }
  }

  private mutating func apply(_ point: Point, number: Int) {
    if let record = point.step { apply(record) }
    if let canvas = point.editedCanvas { apply(canvas) }
    step = number
  }
}

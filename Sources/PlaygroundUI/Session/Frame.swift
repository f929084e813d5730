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

  /// Goes on by one step of `branch`, which the frame is of; at its end nothing happens.
  package mutating func advance(over branch: Branch) {
    guard step < branch.head else { return }
    apply(branch.points[step + 1], number: step + 1)
  }

  private mutating func apply(_ point: Point, number: Int) {
    if let record = point.step { apply(record) }
    if let canvas = point.editedCanvas { apply(canvas) }
    step = number
  }

  /// Returns the frame with tokens put before the one at `position`, and what follows moved along.
  package func inserting(_ new: [TokenID], at position: Int, isGiven given: Bool) -> Frame {
    var frame = self
    let place = min(max(position, 0), count)
    func repeated<Value>(_ value: Value) -> [Value] { Array(repeating: value, count: new.count) }
    frame.tokens.insert(contentsOf: new, at: place)
    frame.isGiven.insert(contentsOf: new.map { given && $0 != maskToken }, at: place)
    frame.isLocked.insert(contentsOf: repeated(false), at: place)
    frame.commitments.insert(contentsOf: repeated(nil), at: place)
    frame.answer = answer.lowerBound..<answer.upperBound + new.count
    return frame
  }
}

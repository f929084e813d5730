import MaskedDiffusion

/// The blocks in which an answer is written, from left to right.
package struct AnswerBlocks: Equatable, Sendable {
  /// The positions of each block, in order; empty where the answer is one block, or where each position
  /// is a block of its own.
  package let ranges: [Range<Int>]
  /// Whether these are all: of a model's own blocks only those are known that were begun.
  package let isComplete: Bool

  /// Creates the blocks of a branch under the settings of its point after `step` steps.
  package init(_ branch: Branch, at step: Int, answer: Range<Int>) {
    let settings = branch.point(step).settings
    let isAligned = settings.blockRule == .causalAligned
    guard let length = settings.blockLength else {
      isComplete = false
      ranges =
        isAligned || settings.blockRule == .causal ? Self.begunBlocks(branch, answer: answer) : []
      return
    }
    isComplete = true
    guard length > 1, answer.count > length else {
      ranges = []
      return
    }
    let rest = isAligned ? answer.lowerBound % length : 0
    var ranges = [answer.lowerBound..<min(answer.lowerBound + length - rest, answer.upperBound)]
    while let last = ranges.last, last.upperBound < answer.upperBound {
      ranges.append(last.upperBound..<min(last.upperBound + length, answer.upperBound))
    }
    self.ranges = ranges
  }

  /// The model's own blocks, as far as they were begun.
  private static func begunBlocks(_ branch: Branch, answer: Range<Int>) -> [Range<Int>] {
    let begun = Set(branch.steps.map(\.block)).filter { $0.count > 1 && $0.count < answer.count }
    return begun.sorted { $0.lowerBound < $1.lowerBound }
  }

  /// Which block a step belongs to, such as `2 of 4`; `nil` where there is but one.
  package func name(ofBlock block: Range<Int>) -> String? {
    guard let index = ranges.lastIndex(where: { $0.lowerBound <= block.lowerBound }) else {
      return nil
    }
    return isComplete ? "\(index + 1) of \(ranges.count)" : "\(index + 1)"
  }

  /// The block that is being written: the first with a position that a step may fill in; `nil` when all
  /// are finished.
  package func current(in frame: Frame) -> Range<Int>? {
    ranges.first { block in
      block.contains { $0 < frame.count && frame.isMasked($0) && !frame.isLocked[$0] }
    }
  }

  /// The positions before which a block ends and another begins.
  package var boundaries: [Int] { ranges.dropFirst().map(\.lowerBound) }
}

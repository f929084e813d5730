/// The part of a run that works on one block.
struct BlockPlan: Equatable, Sendable {
  /// The positions of the block.
  var range: Range<Int>
  /// The number of denoising steps it may take.
  var stepCount: Int
  /// Its steps, planned when the block is begun.
  var steps: [PlannedStep]?
  /// How many of them are done.
  var done = 0
  /// Whether its strategy said that it is finished.
  var isFinished = false

  /// Cuts what is open on `canvas` into blocks and shares out `steps` steps.
  ///
  /// Blocks are laid out from the start of the answer; those without open positions are left out.
  /// Without a block length there is one block, the whole canvas.
  static func blocks(
    of canvas: Canvas, settings: SamplerSettings, steps: Int, pattern: AttentionPattern?
  ) -> [BlockPlan] {
    if let pattern, pattern.isOrdered { return blocks(of: canvas, pattern, steps: steps) }
    guard let length = settings.blockLength else {
      return [BlockPlan(range: 0..<canvas.count, stepCount: steps)]
    }
    let ranges = stride(from: canvas.answer.lowerBound, to: canvas.answer.upperBound, by: length)
      .map { $0..<min($0 + length, canvas.answer.upperBound) }
      .filter { canvas.openCount(in: $0) > 0 }
    guard !ranges.isEmpty else { return [] }
    let perBlock = max(1, (steps + ranges.count - 1) / ranges.count)
    return ranges.map { BlockPlan(range: $0, stepCount: perBlock) }
  }

  /// Cuts the answer where the blocks of an ordered pattern end.
  private static func blocks(
    of canvas: Canvas, _ pattern: AttentionPattern, steps: Int
  ) -> [BlockPlan] {
    var ranges: [Range<Int>] = []
    var start = canvas.answer.lowerBound
    while start < canvas.answer.upperBound {
      let end = min(
        pattern.block(of: start, count: canvas.count).upperBound, canvas.answer.upperBound)
      if canvas.openCount(in: start..<end) > 0 { ranges.append(start..<end) }
      start = end
    }
    let perBlock = max(1, (steps + ranges.count - 1) / max(1, ranges.count))
    return ranges.map { BlockPlan(range: $0, stepCount: perBlock) }
  }

  /// Checks that blocks and steps divide where the preset demands it.
  static func check(
    _ settings: SamplerSettings, answerLength: Int, isAdaptive: Bool
  ) throws(SamplerError) {
    guard settings.blockRule == .exact, let length = settings.blockLength else { return }
    guard answerLength % length == 0 else {
      throw .blockDoesNotDivide(blockLength: length, length: answerLength)
    }
    let blocks = answerLength / length
    // Adaptive strategies do not share out steps.
    guard isAdaptive || blocks == 0 || settings.steps % blocks == 0 else {
      throw .stepsDoNotDivide(steps: settings.steps, blocks: blocks)
    }
  }

  /// The masks that are to be left after the next step.
  var maskedTarget: Int {
    (steps ?? []).dropFirst(done + 1).reduce(0) { $0 + $1.transferCount }
  }
}

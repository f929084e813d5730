/// Where a run stands in its plan.
extension Sampler {
  /// The steps after which a block is given up, whatever its strategy says.
  private static let blockStepLimit = 65536

  func isDone(_ block: BlockPlan) -> Bool {
    if block.isFinished || block.done >= Self.blockStepLimit { return true }
    if traits.decidesEnd { return false }
    let isFilled = state.canvas.openCount(in: block.range) == 0
    switch traits.pacing {
    case .adaptive: return isFilled
    case .atLeastScheduled: return isFilled || block.done >= block.steps?.count ?? .max
    case .scheduled, .ancestral:
      if isOrdered, isFilled { return true }
      return block.steps.map { block.done >= $0.count } ?? isFilled
    }
  }

  /// Whether an end-of-text token closes the text: nothing before it is open any more.
  var hasTextEnded: Bool {
    guard settings.endOfText == .stop, !traits.remasks else { return false }
    let canvas = state.canvas
    let ends = predictor.endOfTextTokens
    guard
      let end = canvas.answer.first(where: {
        !canvas.isGiven[$0] && ends.contains(canvas.tokens[$0])
      })
    else { return false }
    guard let pattern, pattern.isOrdered, !predictor.isShifted else {
      return canvas.openCount(in: 0..<end) == 0
    }
    // Models that write in blocks finish the block the text ends in.
    let last = pattern.block(of: end, count: canvas.count)
    return !(state.blocks ?? []).contains { $0.range.lowerBound < last.upperBound && !isDone($0) }
  }

  /// Drops finished blocks and plans the first unfinished one.
  mutating func beginBlock() -> BlockPlan? {
    while let block = state.blocks?.first, isDone(block) { state.blocks?.removeFirst() }
    guard var block = state.blocks?.first else { return nil }
    if block.steps == nil {
      block.steps = schedule.steps(
        maskedCount: plannedCount(of: block), stepCount: block.stepCount)
      state.blocks?[0] = block
    }
    return block
  }

  /// The number of positions the steps of a block have to unmask.
  ///
  /// Masks before the block compete with those inside. Where the preset follows LLaDA to the letter
  /// they are not counted, so that as many masks are left at the end.
  ///
  /// Where no position sees what follows its block, a block is paced by its length: one that begins with
  /// the end of the prompt takes as many tokens a step as the others.
  func plannedCount(of block: BlockPlan) -> Int {
    if let pattern, pattern.isOrdered {
      guard settings.blockRule != .causal else { return block.range.count }
      return pattern.block(of: block.range.lowerBound, count: .max).count
    }
    let isExact = settings.blockRule == .exact
    return state.canvas.openCount(in: isExact ? block.range : 0..<block.range.upperBound)
  }

  /// The step of the plan; adaptive strategies take the time from the share that is masked.
  func currentPlan(of block: BlockPlan) -> PlannedStep {
    if traits.pacing != .adaptive, let steps = block.steps, let last = steps.last {
      return block.done < steps.count ? steps[block.done] : last
    }
    let time = currentTime
    return PlannedStep(
      time: time, nextTime: time, alpha: 1 - time, nextAlpha: 1 - time, transferProbability: 1,
      transferCount: 1)
  }

  var currentTime: Float {
    if traits.pacing != .adaptive, let block = state.blocks?.first, let steps = block.steps,
      block.done < steps.count
    {
      return steps[block.done].time
    }
    return maskedShare
  }
}

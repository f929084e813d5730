/// What the predictor is asked, and how often that counts as a forward pass.
extension Sampler {
  var suppressedTokens: [TokenID] {
    var tokens: [TokenID] = []
    // An adaptive strategy that keeps a mask would wait for ever.
    if settings.forbidsMaskToken || traits.pacing == .adaptive {
      tokens.append(predictor.maskToken)
    }
    if settings.endOfText == .forbid { tokens += predictor.endOfTextTokens }
    return tokens + settings.suppressedTokens
  }

  /// What is done to logits in every step.
  var adjustment: LogitAdjustment {
    var adjustment = LogitAdjustment(suppressed: suppressedTokens, biases: settings.biases)
    adjustment.repetitionPenalty = Float(settings.repetitionPenalty)
    adjustment.adjacentPenalty = Float(settings.adjacentPenalty)
    adjustment.repeatable = [predictor.maskToken] + predictor.endOfTextTokens
    return adjustment
  }

  /// The share of the answer that is masked, in 0...1: what schedules of guidance and temperature go
  /// by, so that they depend on nothing but the canvas.
  var maskedShare: Float {
    let answer = state.canvas.answer
    return Float(state.canvas.openCount(in: answer)) / Float(max(1, answer.count))
  }

  /// The guidance scale in force.
  var guidanceScale: Float { settings.guidanceScale(at: maskedShare) }

  /// The masked positions that compete in a step on `block`.
  ///
  /// Masks that the cache policy does not compute are not written.
  func openPositions(for block: BlockPlan) -> [Int] {
    if isOrdered {
      if let opening = openingPosition(of: block) { return [opening] }
      return state.canvas.openPositions(in: block.range)
    }
    let open = state.canvas.openPositions(in: 0..<block.range.upperBound)
    guard case .some(_, let candidates, _) = cachePlan(for: block) else { return open }
    return open.filter(candidates.contains)
  }

  /// Which positions a step on `block` computes, as the cache policy has it.
  private func cachePlan(for block: BlockPlan) -> CachePlan {
    guard !isOrdered else { return .nothing }
    var context = CacheContext(
      canvas: state.canvas, block: block.range, stepInBlock: block.done, step: state.step + 1)
    if let origin = state.cacheOrigin, origin.policy == settings.cache.name,
      origin.canvas.count == state.canvas.count
    {
      context.kept = CacheContext.Kept(
        canvas: origin.canvas, latest: origin.latestCanvas, block: origin.block,
        age: state.step - origin.step)
    }
    let plan = cachePolicy.plan(in: context)
    guard case .some(_, let candidates, _) = plan else { return plan }
    // A window without a mask that may be unmasked would stop the run.
    let open = state.canvas.openPositions(in: 0..<block.range.upperBound)
    return open.isEmpty || open.contains(where: candidates.contains) ? plan : .everything
  }

  /// Which keys and values a step on `block` starts from, and which it computes; `nil` where nothing
  /// is kept.
  private func cacheQuestion(
    for block: BlockPlan, wanted: [Int]
  ) -> ForwardQuestion.Cache? {
    let canvas = state.canvas
    switch cachePlan(for: block) {
    case .nothing: return nil
    case .some(let positions, _, let isKept):
      guard let origin = state.cacheOrigin else { return nil }
      // Where logits are shifted they are read off the position to the left.
      let read = predictor.isShifted ? wanted.map { max(0, $0 - 1) } : []
      return ForwardQuestion.Cache(
        origin: origin, computed: Set(positions).union(wanted).union(read).sorted(), isKept: isKept)
    case .everything:
      return ForwardQuestion.Cache(
        origin: CacheOrigin(
          policy: settings.cache.name, canvas: canvas, block: block.range, step: state.step),
        computed: Array(0..<canvas.count), isKept: false)
    }
  }

  /// The positions a standard question about `block` asks for.
  func standardPositions(for block: BlockPlan) -> [Int] {
    let positions = openPositions(for: block)
    guard traits.readsUnmasked else { return positions }
    return (positions + state.canvas.remaskablePositions(in: block.range)).sorted()
  }

  /// Returns a question about the canvas as it is, with the keys and values a step on `block` uses.
  func question(at positions: [Int], for block: BlockPlan?) -> ForwardQuestion {
    var question = ForwardQuestion(
      canvas: state.canvas, positions: positions, scale: guidanceScale,
      adjustment: adjustment)
    question.attention = pattern
    question.time = predictor.readsTime ? currentTime : nil
    question.keepsBlocks = isOrdered && cacheTraits.keepsFinishedBlocks
    if let block { question.cache = cacheQuestion(for: block, wanted: positions) }
    return question
  }

  /// Returns a strategy's own question.
  ///
  /// One about the canvas as it is uses kept keys and values as the standard question does.
  func question(_ asked: Question, for block: BlockPlan) -> ForwardQuestion {
    let isPlain =
      asked.positionIDs == nil && asked.attention == nil && asked.groups == nil
      && asked.sights.isEmpty && asked.attentionShare == nil
    if isPlain, asked.tokens == state.canvas.tokens {
      return question(at: asked.wanted, for: block)
    }
    return ownQuestion(asked)
  }

  /// Returns a strategy's own question, for which nothing is kept.
  func ownQuestion(_ asked: Question) -> ForwardQuestion {
    var question = ForwardQuestion(
      asked, canvas: state.canvas, scale: guidanceScale, adjustment: adjustment)
    question.attention = asked.attention ?? pattern
    question.time = predictor.readsTime ? currentTime : nil
    return question
  }

  /// Asks for the canvas as it is, or remembers the answer.
  mutating func answer(
    to question: ForwardQuestion, time: Float
  ) throws(PredictionError) -> Answer {
    try answers.answer(
      to: question, about: state.canvas, depth: traits.readsPrevious ? 2 : 1, time: time,
      predictor: predictor, cancellation: cancellation)
  }

  /// The forward passes a step counts for `question`: none when the step before asked the same.
  ///
  /// Nothing else matters, not what somebody looked at in between nor what had to be computed again
  /// after going back, so that a run costs the same however it is watched.
  func forwards(for question: ForwardQuestion) -> Int {
    if let asked = state.asked, asked.covers(question) { return 0 }
    return question.rowCount
  }
}

/// Looks.
extension Sampler {
  /// Returns what the predictor thinks of the canvas as it is now, at the masked positions or at
  /// every position of the answer.
  ///
  /// A step that follows uses the same forward pass, and counts it; only where keys and values are
  /// kept in blocks does it need one of its own, because looks compute everything there.
  ///
  /// - Parameters:
  ///   - count: The number of top tokens, 0 or more.
  ///   - everywhere: Whether unmasked positions of the answer are wanted too.
  /// - Returns: One opinion a position, ascending.
  /// - Throws: ``SamplerError/prediction(_:)``.
  public mutating func opinions(
    count: Int, everywhere: Bool = false
  ) throws(SamplerError) -> [Opinion] {
    layOutBlocksIfNeeded()
    let block = state.blocks?.first { !isDone($0) }
    var masked = state.canvas.maskedPositions
    var shown = state.canvas.answer
    if let block, isOrdered {
      // What follows the block cannot be known yet.
      masked = masked.filter { $0 < block.range.upperBound }
      shown = shown.clamped(to: 0..<block.range.upperBound)
    }
    let positions = everywhere ? Set(masked).union(shown).sorted() : masked
    // What the next step asks is asked along with it.
    let wanted =
      block.map { Set(standardPositions(for: $0)).union(positions).sorted() } ?? positions
    var question = question(at: wanted, for: nil)
    if cacheTraits.computesAllMasks, !everywhere, let block {
      // All masks are computed in the next step anyway.
      question.cache = cacheQuestion(for: block, wanted: wanted)
    }
    do {
      return try answer(to: question, time: currentTime).opinions(of: positions, count: count)
    } catch { throw .prediction(error) }
  }
}

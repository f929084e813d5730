/// Steps.
extension Sampler {
  /// Whether no step is left: all blocks are done, or the text has ended.
  public var isFinished: Bool {
    guard let blocks = state.blocks else { return false }
    return blocks.isEmpty || blocks.allSatisfy { isDone($0) } || hasTextEnded
  }

  /// Does one denoising step.
  ///
  /// - Returns: What it did, or `nil` when the run is finished.
  /// - Throws: ``SamplerError/prediction(_:)``; the state is then as it was before.
  public mutating func step() throws(SamplerError) -> TraceStep? {
    let start = ContinuousClock.now
    layOutBlocksIfNeeded()
    guard !hasTextEnded, let block = beginBlock() else { return nil }
    let plan = currentPlan(of: block)
    let needsForward =
      traits.pacing != .scheduled || traits.remasks || plan.transferCount > 0
      || settings.recordedCandidates > 0
    var forwards = 0
    var cacheOrigin = state.cacheOrigin
    var context = StepContext(
      candidates: [], plan: plan, maskedTarget: block.maskedTarget,
      isLast: traits.pacing != .adaptive && block.done == (block.steps?.count ?? 0) - 1,
      step: state.step + 1, random: random)
    var opinions: [Opinion] = []
    if needsForward {
      do {
        let (passes, origin) = try predict(block: block, time: plan.time)
        forwards = lookedForwards + passes
        cacheOrigin = origin
        try propose(for: block, into: &context)
        opinions = try recordedOpinions(context)
      } catch { throw .prediction(error) }
    }
    let decision =
      context.candidates.isEmpty && context.unmasked.isEmpty
      ? StepDecision(unmasked: []) : strategy.decision(in: context)
    var record = apply(decision, context: context, block: block)
    record.forwards = forwards
    record.opinions = opinions
    state.forwards += forwards
    state.cacheOrigin = cacheOrigin
    lookedForwards = 0
    record.milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
    return record
  }

  /// Returns what the predictor thinks of the canvas as it is now, at the masked positions or at
  /// every position of the answer.
  ///
  /// A step that follows uses, and counts, the same forward pass; only where keys and values are kept
  /// in blocks does it need one of its own, because looks compute everything there.
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
    let masked = state.canvas.maskedPositions
    let positions =
      everywhere
      ? Set(masked).union(state.canvas.answer).union(masked).sorted() : masked
    var question = question(at: positions)
    if settings.cache.kind == .delayed, !everywhere, let block = state.blocks?.first {
      // All masks are computed in the next step anyway.
      question.cache = cacheQuestion(for: block, wanted: positions)
    }
    do {
      lookedForwards += try updatePrediction(question, time: currentTime)
      return try opinions(at: positions, count: count)
    } catch { throw .prediction(error) }
  }
}

/// The parts of a step.
extension Sampler {
  private func isDone(_ block: BlockPlan) -> Bool {
    if traits.pacing == .adaptive { return state.canvas.openCount(in: block.range) == 0 }
    guard let steps = block.steps else {
      return state.canvas.openCount(in: block.range) == 0
    }
    return block.done >= steps.count
  }

  /// Whether an end-of-text token closes the text: nothing before it is open any more.
  private var hasTextEnded: Bool {
    guard settings.endOfText == .stop, !traits.remasks else { return false }
    let canvas = state.canvas
    let ends = predictor.endOfTextTokens
    guard
      let end = canvas.answer.first(where: {
        !canvas.isGiven[$0] && ends.contains(canvas.tokens[$0])
      })
    else { return false }
    return canvas.openCount(in: 0..<end) == 0
  }

  /// Drops finished blocks and plans the first unfinished one.
  private mutating func beginBlock() -> BlockPlan? {
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
  func plannedCount(of block: BlockPlan) -> Int {
    let isExact = settings.blockRule == .exact
    return state.canvas.openCount(in: isExact ? block.range : 0..<block.range.upperBound)
  }

  /// The step of the plan; adaptive strategies take the time from the share that is masked.
  private func currentPlan(of block: BlockPlan) -> PlannedStep {
    guard traits.pacing == .adaptive else { return block.steps![block.done] }
    let time = currentTime
    return PlannedStep(
      time: time, nextTime: time, alpha: 1 - time, nextAlpha: 1 - time, transferProbability: 1,
      transferCount: 1)
  }

  private var currentTime: Float {
    if traits.pacing != .adaptive, let block = state.blocks?.first, let steps = block.steps,
      block.done < steps.count
    {
      return steps[block.done].time
    }
    let answer = state.canvas.answer
    return Float(state.canvas.openCount(in: answer)) / Float(max(1, answer.count))
  }

  private var suppressedTokens: [TokenID] {
    var tokens: [TokenID] = []
    // An adaptive strategy that keeps a mask would wait for ever.
    if settings.forbidsMaskToken || traits.pacing == .adaptive {
      tokens.append(predictor.maskToken)
    }
    if settings.endOfText == .forbid { tokens += predictor.endOfTextTokens }
    return tokens
  }

  /// The masked positions that compete in a step on `block`.
  ///
  /// Where keys and values are kept in blocks, masks before the block are not computed and so not
  /// written.
  private func openPositions(for block: BlockPlan) -> [Int] {
    let isLimited =
      keepsCache(for: block) && block.done > 0 && settings.cache.kind != .delayed
    let first = isLimited ? block.range.lowerBound : 0
    return state.canvas.openPositions(in: first..<block.range.upperBound)
  }

  private func keepsCache(for block: BlockPlan) -> Bool {
    switch settings.cache.kind {
    case .none: false
    case .prefix, .dual: block.range != 0..<state.canvas.count
    case .delayed: true
    }
  }

  /// Makes the logits for a step available.
  ///
  /// - Returns: The forward passes that took, and what is kept then.
  private mutating func predict(
    block: BlockPlan, time: Float
  ) throws(PredictionError) -> (forwards: Int, cacheOrigin: CacheOrigin?) {
    let canvas = state.canvas
    var positions = openPositions(for: block)
    if traits.readsUnmasked {
      positions = (positions + canvas.remaskablePositions(in: block.range)).sorted()
    }
    guard !positions.isEmpty else { return (0, state.cacheOrigin) }
    var question = question(at: positions)
    if keepsCache(for: block) { question.cache = cacheQuestion(for: block, wanted: positions) }
    let forwards = try updatePrediction(question, time: time)
    var origin = question.cache?.origin
    if let cache = question.cache, cache.isKept {
      origin?.later.append(CacheOrigin.Pass(canvas: canvas, computed: cache.computed))
    }
    return (forwards, origin)
  }

  /// Which keys and values a step on `block` starts from, and which it computes.
  private func cacheQuestion(
    for block: BlockPlan, wanted: [Int]
  ) -> GuidedPrediction.Question.Cache {
    let canvas = state.canvas
    guard let origin = usableOrigin(for: block) else {
      return GuidedPrediction.Question.Cache(
        origin: CacheOrigin(
          kind: settings.cache.kind, canvas: canvas,
          block: settings.cache.kind == .delayed ? 0..<canvas.count : block.range,
          step: state.step),
        computed: Array(0..<canvas.count), isKept: false)
    }
    return GuidedPrediction.Question.Cache(
      origin: origin,
      computed: settings.cache.computedPositions(
        of: canvas, block: block.range, previous: origin.latestCanvas, wanted: wanted),
      isKept: settings.cache.kind == .delayed)
  }

  /// What is kept, unless everything is to be computed anew.
  private func usableOrigin(for block: BlockPlan) -> CacheOrigin? {
    guard let origin = state.cacheOrigin, origin.kind == settings.cache.kind,
      origin.canvas.count == state.canvas.count,
      state.step - origin.step < settings.cache.stepLimit
    else { return nil }
    guard settings.cache.kind != .delayed else { return origin }
    return origin.block == block.range && block.done > 0 ? origin : nil
  }

  private func question(at positions: [Int]) -> GuidedPrediction.Question {
    GuidedPrediction.Question(
      canvas: state.canvas, positions: positions, scale: settings.guidanceScale,
      suppressed: suppressedTokens)
  }

  private mutating func updatePrediction(
    _ question: GuidedPrediction.Question, time: Float
  ) throws(PredictionError) -> Int {
    try prediction.update(
      question, time: time, predictor: predictor, cancellation: cancellation)
  }

  /// Fills in the candidates, and the tokens that may be masked again.
  private func propose(
    for block: BlockPlan, into context: inout StepContext
  ) throws(PredictionError) {
    let canvas = state.canvas
    let masked = openPositions(for: block)
    context.candidates = try candidates(at: masked, step: context.step)
    guard traits.remasks else { return }
    let unmasked = canvas.remaskablePositions(in: block.range)
    let proposals = traits.readsUnmasked ? try candidates(at: unmasked, step: context.step) : []
    context.unmasked = unmasked.enumerated().map { index, position in
      UnmaskedToken(
        position: position, token: canvas.tokens[position],
        confidence: canvas.commitments[position]?.confidence ?? 1,
        candidate: proposals.isEmpty ? nil : proposals[index])
    }
  }

  private func candidates(
    at positions: [Int], step: Int
  ) throws(PredictionError) -> [Candidate] {
    guard !positions.isEmpty else { return [] }
    let sampling = CandidateSampling(
      temperature: settings.temperature, topK: settings.topK, topP: settings.topP,
      draw: settings.draw, confidenceSource: settings.confidenceSource)
    let logits = prediction.guided
    return try sampling.candidates(
      for: positions, logits: logits, rows: positions.map(logits.rowIndex(of:)),
      reader: predictor.logitsReader, step: step, random: random)
  }

  private func recordedOpinions(_ context: StepContext) throws(PredictionError) -> [Opinion] {
    guard settings.recordedCandidates > 0 else { return [] }
    return try opinions(
      at: context.candidates.map(\.position), count: settings.recordedCandidates)
  }

  private func opinions(at positions: [Int], count: Int) throws(PredictionError) -> [Opinion] {
    var opinions: [Opinion] = []
    let found = prediction.opinions(
      of: positions, count: count, reader: predictor.logitsReader)
    for (position, opinion) in zip(positions, found) {
      guard let opinion else { throw .notFinite(position: position) }
      opinions.append(opinion)
    }
    return opinions
  }

  /// Changes the canvas as decided and returns the record of the step.
  private mutating func apply(
    _ decision: StepDecision, context: StepContext, block: BlockPlan
  ) -> TraceStep {
    var unmaskings: [TraceStep.Unmasking] = []
    let candidates = Dictionary(
      uniqueKeysWithValues: context.candidates.map { ($0.position, $0) })
    for position in decision.remasked { state.canvas.remask(position) }
    for position in decision.unmasked {
      // A predictor may propose the mask token itself: the position then stays masked.
      guard let candidate = candidates[position], candidate.token != state.canvas.maskToken
      else { continue }
      let confidence = candidate.unmodified.confidence
      let entropy = candidate.unmodified.entropy
      state.canvas.unmask(
        position, token: candidate.token,
        commitment: Canvas.Commitment(step: context.step, confidence: confidence, entropy: entropy))
      unmaskings.append(
        TraceStep.Unmasking(
          position: position, token: candidate.token, confidence: confidence, entropy: entropy))
    }
    state.step += 1
    state.blocks?[0].done += 1
    let entropies = context.candidates.map(\.unmodified.entropy)
    return TraceStep(
      step: state.step, time: context.plan.time, nextTime: context.plan.nextTime,
      block: block.range, forwards: 0, unmasked: unmaskings, remasked: decision.remasked,
      canvas: state.canvas.tokens,
      meanEntropy: entropies.isEmpty ? nil : entropies.reduce(0, +) / Double(entropies.count))
  }
}

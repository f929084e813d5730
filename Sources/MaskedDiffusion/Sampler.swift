/// The reverse process as a step iterator: predict, propose candidates, decide, apply, record.
///
/// ```swift
/// var sampler = try Sampler(predictor: predictor, canvas: canvas, settings: settings)
/// while let step = try sampler.step() { show(step) }
/// ```
///
/// The whole state is a value: keep it to come back, change settings or canvas between steps. Two
/// runs with the same predictor, canvas and settings are the same, token by token.
public struct Sampler: Sendable {
  /// The model.
  public let predictor: any MaskPredictor
  /// Where the run stands.
  public private(set) var state: SamplerState
  /// The settings in force.
  public private(set) var settings: SamplerSettings
  /// Stops a forward pass when raised; the step then throws and the state stays as it was.
  public var cancellation: CancellationFlag?

  private var random: any RandomSource
  private var prediction = GuidedPrediction()
  /// Forward passes spent on looking, to be counted by the step that uses them.
  private var lookedForwards = 0
  private var strategy: any RemaskingStrategy
  private var traits: StrategyTraits
  private var schedule: any TransferSchedule

  /// Creates a run that starts on `canvas`.
  ///
  /// - Parameters:
  ///   - predictor: The model.
  ///   - canvas: The sequence, with at least one masked position.
  ///   - settings: The settings.
  ///   - random: The random numbers; those of the settings' seed unless given.
  /// - Throws: ``SamplerError`` when settings and canvas do not fit each other or the model.
  public init(
    predictor: any MaskPredictor, canvas: Canvas, settings: SamplerSettings,
    random: (any RandomSource)? = nil
  ) throws(SamplerError) {
    guard canvas.openCount(in: 0..<canvas.count) > 0 else { throw .nothingMasked }
    try self.init(
      predictor: predictor, state: SamplerState(canvas: canvas), settings: settings, random: random)
    state.blocks = BlockPlan.blocks(of: canvas, settings: settings, steps: settings.steps)
    updatePlannedSteps()
  }

  /// Creates a run that goes on from `state`.
  ///
  /// - Throws: ``SamplerError`` when settings and canvas do not fit each other or the model.
  public init(
    predictor: any MaskPredictor, state: SamplerState, settings: SamplerSettings,
    random: (any RandomSource)? = nil
  ) throws(SamplerError) {
    try settings.check()
    try Self.check(state.canvas, against: predictor)
    let entry = try RemaskingRegistry.entry(for: settings.strategy)
    try BlockPlan.check(
      settings, answerLength: state.canvas.answer.count,
      isAdaptive: entry.traits.pacing == .adaptive)
    self.predictor = predictor
    self.state = state
    self.settings = settings
    self.random = random ?? SeededRandomSource(seed: settings.seed)
    strategy = entry.make(settings.strategy.parameters)
    traits = entry.traits
    schedule = try TransferScheduleRegistry.schedule(for: settings.schedule)
  }

  private static func check(
    _ canvas: Canvas, against predictor: any MaskPredictor
  ) throws(SamplerError) {
    guard canvas.count <= predictor.contextLength else {
      throw .canvasTooLong(positions: canvas.count, contextLength: predictor.contextLength)
    }
    for (position, token) in canvas.tokens.enumerated() {
      guard token >= 0, Int(token) < predictor.embeddingCount else {
        throw .tokenOutOfRange(
          token: token, position: position, embeddingCount: predictor.embeddingCount)
      }
    }
  }
}

/// Changes between steps.
extension Sampler {
  /// Goes on with other settings from the next step; what is still masked is planned anew with
  /// the steps that are left.
  ///
  /// - Throws: ``SamplerError``; the run then goes on as before.
  public mutating func change(to settings: SamplerSettings) throws(SamplerError) {
    var changed = try Sampler(
      predictor: predictor, state: state, settings: Self.withoutDivisibility(settings))
    changed.cancellation = cancellation
    changed.prediction = prediction
    changed.state.blocks = nil
    self = changed
    updatePlannedSteps()
  }

  /// What is left of a run in progress seldom divides, so a change never demands it.
  private static func withoutDivisibility(_ settings: SamplerSettings) -> SamplerSettings {
    var settings = settings
    settings.blockRule = .roundUp
    return settings
  }

  /// Changes the canvas by hand; what is masked then is planned anew with the steps that are left.
  ///
  /// - Throws: ``SamplerError`` when the canvas no longer fits the model; it then stays as it was.
  public mutating func edit(_ change: (inout Canvas) -> Void) throws(SamplerError) {
    var canvas = state.canvas
    change(&canvas)
    try Self.check(canvas, against: predictor)
    state.canvas = canvas
    state.blocks = nil
    updatePlannedSteps()
  }

  /// Goes to a state this run, or another with the same model, was in before.
  public mutating func move(to state: SamplerState) { self.state = state }

  private mutating func layOutBlocksIfNeeded() {
    guard state.blocks == nil else { return }
    state.blocks = BlockPlan.blocks(
      of: state.canvas, settings: settings, steps: max(1, settings.steps - state.step))
  }

  private mutating func updatePlannedSteps() {
    layOutBlocksIfNeeded()
    guard traits.pacing != .adaptive else {
      state.plannedSteps = nil
      return
    }
    state.plannedSteps =
      state.step
      + (state.blocks ?? []).reduce(0) { sum, block in
        let steps =
          block.steps
          ?? schedule.steps(maskedCount: plannedCount(of: block), stepCount: block.stepCount)
        return sum + steps.count - block.done
      }
  }
}

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
    var context = StepContext(
      candidates: [], plan: plan, maskedTarget: block.maskedTarget,
      isLast: traits.pacing != .adaptive && block.done == (block.steps?.count ?? 0) - 1,
      step: state.step + 1, random: random)
    var opinions: [Opinion] = []
    if needsForward {
      do {
        forwards = lookedForwards + (try predict(block: block, time: plan.time))
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
    lookedForwards = 0
    record.milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
    return record
  }

  /// Returns what the predictor thinks of the canvas as it is now, at the masked positions or at
  /// every position of the answer.
  ///
  /// A step that follows uses, and counts, the same forward pass.
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
    do {
      lookedForwards += try updatePrediction(positions: positions, time: currentTime)
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
  private func plannedCount(of block: BlockPlan) -> Int {
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

  private mutating func predict(block: BlockPlan, time: Float) throws(PredictionError) -> Int {
    let canvas = state.canvas
    var positions = canvas.openPositions(in: 0..<block.range.upperBound)
    if traits.readsUnmasked {
      positions = (positions + canvas.remaskablePositions(in: block.range)).sorted()
    }
    guard !positions.isEmpty else { return 0 }
    return try updatePrediction(positions: positions, time: time)
  }

  private mutating func updatePrediction(
    positions: [Int], time: Float
  ) throws(PredictionError) -> Int {
    try prediction.update(
      for: state.canvas, positions: positions, scale: settings.guidanceScale,
      suppressed: suppressedTokens, time: time, predictor: predictor, cancellation: cancellation)
  }

  /// Fills in the candidates, and the tokens that may be masked again.
  private func propose(
    for block: BlockPlan, into context: inout StepContext
  ) throws(PredictionError) {
    let canvas = state.canvas
    for position in canvas.openPositions(in: 0..<block.range.upperBound) {
      context.candidates.append(try candidate(at: position, step: context.step))
    }
    guard traits.remasks else { return }
    for position in canvas.remaskablePositions(in: block.range) {
      context.unmasked.append(
        UnmaskedToken(
          position: position, token: canvas.tokens[position],
          confidence: canvas.commitments[position]?.confidence ?? 1,
          candidate: traits.readsUnmasked
            ? try candidate(at: position, step: context.step) : nil))
    }
  }

  private func candidate(at position: Int, step: Int) throws(PredictionError) -> Candidate {
    let sampling = CandidateSampling(
      temperature: settings.temperature, topK: settings.topK, topP: settings.topP,
      draw: settings.draw, confidenceSource: settings.confidenceSource)
    let candidate = prediction.withRow(of: position) {
      sampling.candidate(for: position, logits: $0, step: step, random: random)
    }
    guard let candidate else { throw .notFinite(position: position) }
    return candidate
  }

  private func recordedOpinions(_ context: StepContext) throws(PredictionError) -> [Opinion] {
    guard settings.recordedCandidates > 0 else { return [] }
    return try opinions(
      at: context.candidates.map(\.position), count: settings.recordedCandidates)
  }

  private func opinions(at positions: [Int], count: Int) throws(PredictionError) -> [Opinion] {
    var opinions: [Opinion] = []
    for position in positions {
      guard let opinion = prediction.opinion(of: position, count: count) else {
        throw .notFinite(position: position)
      }
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

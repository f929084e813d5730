#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

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
    var work = StepWork(block: block, context: context(of: block), cacheOrigin: state.cacheOrigin)
    do {
      try open(&work)
      try decide(&work)
      if settings.recordedCandidates > 0, let answer = work.context.answer {
        work.opinions = try answer.opinions(
          of: work.context.candidates.map(\.position), count: settings.recordedCandidates)
      }
    } catch { throw .prediction(error) }
    var record = apply(work)
    record.milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
    return record
  }
}

/// A step in the making: nothing of the state changes before it is decided.
struct StepWork {
  let block: BlockPlan
  var context: StepContext
  var cacheOrigin: CacheOrigin?
  var asked: ForwardQuestion?
  var forwards = 0
  var decision = StepDecision(unmasked: [])
  var memory: MemoryRecord?
  var opinions: [Opinion] = []

  init(block: BlockPlan, context: StepContext, cacheOrigin: CacheOrigin?) {
    self.block = block
    self.context = context
    self.cacheOrigin = cacheOrigin
  }
}

/// The parts of a step.
extension Sampler {
  /// What is known before anything is asked.
  func context(of block: BlockPlan) -> StepContext {
    let isAdaptive = traits.pacing == .adaptive
    var context = StepContext(
      candidates: [], unmasked: unmaskedTokens(in: block.range), plan: currentPlan(of: block),
      maskedTarget: block.maskedTarget,
      isLast: !isAdaptive && block.done == (block.steps?.count ?? 0) - 1,
      step: state.step + 1, random: random, canvas: state.canvas, block: block.range,
      stepInBlock: block.done,
      blockSteps: isAdaptive ? block.stepCount : block.steps?.count ?? block.stepCount,
      endOfTextTokens: predictor.endOfTextTokens)
    context.isShifted = predictor.isShifted
    context.isOrdered = isOrdered
    context.room = max(0, predictor.contextLength - state.canvas.count)
    return context
  }

  /// Notes what is asked, and what is kept of keys and values once it is answered.
  func note(_ question: ForwardQuestion, in work: inout StepWork) {
    work.asked = question
    guard let cache = question.cache else { return }
    work.cacheOrigin = cache.origin
    if cache.isKept {
      work.cacheOrigin?.append(
        CacheOrigin.Pass(canvas: state.canvas, computed: cache.computed))
    }
  }

  /// The tokens that may be masked again or replaced, for strategies that do.
  private func unmaskedTokens(in range: Range<Int>) -> [UnmaskedToken] {
    guard traits.remasks || traits.readsUnmasked else { return [] }
    return state.canvas.remaskablePositions(in: range).map { position in
      UnmaskedToken(
        position: position, token: state.canvas.tokens[position],
        confidence: state.canvas.commitments[position]?.confidence ?? 1)
    }
  }

  /// Asks the opening question and puts its answer into the context.
  private mutating func open(_ work: inout StepWork) throws(PredictionError) {
    guard let question = openingQuestion(in: work.context, block: work.block) else { return }
    if traits.readsPrevious, let asked = state.asked {
      work.context.previous = try answer(to: asked, time: work.context.plan.time)
    }
    var answer = try answer(to: question, time: work.context.plan.time)
    work.forwards += forwards(for: question)
    note(question, in: &work)
    try propose(&work.context, block: work.block, answer: &answer)
    try answer.measure(at: question.positions)
    work.context.answer = answer
    if traits.readsPrevious { answers.update(answer) }
  }

  /// What a step asks first; `nil` when nothing is to be done, or nothing is to be known.
  func openingQuestion(in context: StepContext, block: BlockPlan) -> ForwardQuestion? {
    let isIdle =
      traits.pacing == .scheduled && !traits.remasks && context.plan.transferCount == 0
      && settings.recordedCandidates == 0
    guard !isIdle else { return nil }
    let question: ForwardQuestion
    switch strategy.opening(in: context, record: state.memory) {
    case .nothing: return nil
    case .standard: question = self.question(at: standardPositions(for: block), for: block)
    case .question(let asked): question = self.question(asked, for: block)
    }
    return question.positions.isEmpty ? nil : question
  }

  /// Fills in the candidates, and the tokens that may be masked again.
  private func propose(
    _ context: inout StepContext, block: BlockPlan, answer: inout Answer
  ) throws(PredictionError) {
    let answered = Set(answer.positions)
    let open = openPositions(for: block).filter(answered.contains)
    context.candidates = try candidates(at: open, answer: &answer, step: context.step)
    guard traits.readsUnmasked else { return }
    let read = context.unmasked.map(\.position).filter(answered.contains)
    let proposals = Dictionary(
      uniqueKeysWithValues: try candidates(at: read, answer: &answer, step: context.step)
        .map { ($0.position, $0) })
    for index in context.unmasked.indices {
      context.unmasked[index].candidate = proposals[context.unmasked[index].position]
    }
  }

  private func candidates(
    at positions: [Int], answer: inout Answer, step: Int
  ) throws(PredictionError) -> [Candidate] {
    guard !positions.isEmpty else { return [] }
    let sampling = CandidateSampling(
      temperature: settings.temperature(at: maskedShare), topK: settings.topK, topP: settings.topP,
      draw: settings.draw, confidenceSource: settings.confidenceSource)
    let candidates = try sampling.candidates(
      for: positions, answer: &answer, reader: predictor.logitsReader, step: step, random: random)
    return settings.endOfText == .last ? candidates.map(withoutHaste) : candidates
  }

  /// An end-of-text token that waits until nothing else is left: the surest for the model, and the end
  /// of every text that is not finished yet.
  private func withoutHaste(_ candidate: Candidate) -> Candidate {
    guard predictor.endOfTextTokens.contains(candidate.token) else { return candidate }
    var candidate = candidate
    candidate.ranking = Candidate.Assessment(
      confidence: 0, margin: 0, entropy: log(Double(predictor.vocabularySize)))
    return candidate
  }

  /// The rounds of questions a strategy may ask in a step, so that none asks for ever.
  private static var roundLimit: Int { 16 }

  /// Lets the strategy ask until it decides.
  private mutating func decide(_ work: inout StepWork) throws(PredictionError) {
    work.memory = state.memory
    // Nothing was asked because nothing is to be done.
    if work.context.answer == nil, traits.pacing == .scheduled, !traits.remasks { return }
    var answers: [Answer] = []
    for _ in 0..<Self.roundLimit {
      switch strategy.move(in: work.context, record: state.memory, answers: answers) {
      case .decide(let decision, let memory):
        work.decision = decision
        work.memory = memory
        if decision.reason == nil {
          work.decision.reason = strategy.reason(for: decision, in: work.context)
        }
        return
      case .ask(let questions):
        let asked = questions.map { ownQuestion($0) }
        var more = try KeptAnswers.answers(
          to: asked, time: work.context.plan.time, predictor: predictor,
          cancellation: cancellation)
        for index in more.indices { try more[index].measure(at: more[index].positions) }
        answers += more
        work.forwards += asked.reduce(0) { $0 + $1.rowCount }
      }
    }
    throw .unsupported(
      "the strategy asked \(Self.roundLimit) rounds of questions in one step, expected a decision")
  }
}

/// Applying a decision.
extension Sampler {
  /// Changes the canvas as decided and returns the record of the step.
  mutating func apply(_ work: StepWork) -> TraceStep {
    let context = work.context
    let entropies = context.candidates.map(\.unmodified.entropy)
    var record = TraceStep(
      step: state.step + 1, time: context.plan.time, nextTime: context.plan.nextTime,
      block: work.block.range, forwards: work.forwards, unmasked: [],
      remasked: work.decision.remasked, canvas: [],
      meanEntropy: entropies.isEmpty ? nil : entropies.reduce(0, +) / Double(entropies.count),
      opinions: work.opinions)
    for position in work.decision.remasked { state.canvas.remask(position) }
    unmask(work, &record)
    write(work, &record)
    reshape(work.decision, &record)
    state.step += 1
    state.forwards += work.forwards
    state.cacheOrigin = work.cacheOrigin
    // A step that changes nothing and remembers nothing new would be the same for ever.
    let isStuck = traits.pacing == .adaptive && work.decision.isEmpty && work.memory == state.memory
    record.endsBlock = work.decision.endsBlock || isStuck
    state.memory = work.memory
    if let asked = work.asked { state.asked = asked }
    state.blocks?[0].done += 1
    if record.endsBlock { state.blocks?[0].isFinished = true }
    record.canvas = state.canvas.tokens
    record.reason = work.decision.reason
    record.memory = work.memory
    return record
  }

  private mutating func unmask(_ work: StepWork, _ record: inout TraceStep) {
    let candidates = Dictionary(
      uniqueKeysWithValues: work.context.candidates.map { ($0.position, $0) })
    for position in work.decision.unmasked {
      // A predictor may propose the mask token itself: the position then stays masked.
      guard let candidate = candidates[position], candidate.token != state.canvas.maskToken
      else { continue }
      let confidence = candidate.unmodified.confidence
      let entropy = candidate.unmodified.entropy
      state.canvas.unmask(
        position, token: candidate.token,
        commitment: Canvas.Commitment(
          step: record.step, confidence: confidence, entropy: entropy))
      record.unmasked.append(
        TraceStep.Unmasking(
          position: position, token: candidate.token, confidence: confidence, entropy: entropy))
    }
  }

  private mutating func write(_ work: StepWork, _ record: inout TraceStep) {
    for writing in work.decision.written where writing.token != state.canvas.maskToken {
      let old = state.canvas.tokens[writing.position]
      state.canvas.replace(
        writing.position, token: writing.token,
        commitment: Canvas.Commitment(
          step: record.step, confidence: writing.confidence, entropy: writing.entropy,
          fate: writing.fate))
      if old == state.canvas.maskToken {
        record.unmasked.append(
          TraceStep.Unmasking(
            position: writing.position, token: writing.token, confidence: writing.confidence,
            entropy: writing.entropy, fate: writing.fate))
      } else {
        record.replaced.append(
          TraceStep.Replacement(
            position: writing.position, old: old, token: writing.token,
            confidence: writing.confidence))
      }
    }
    record.unmasked.sort { $0.position < $1.position }
  }

  /// Deletes and inserts positions from the right, so that those further left keep their numbers;
  /// what else counts positions moves along.
  private mutating func reshape(_ decision: StepDecision, _ record: inout TraceStep) {
    record.inserted = decision.insertions
    record.deleted = decision.deletions
    guard !decision.insertions.isEmpty || !decision.deletions.isEmpty else { return }
    let answer = state.canvas.answer
    for position in stride(from: answer.upperBound, through: answer.lowerBound, by: -1) {
      if decision.deletions.contains(position) {
        state.canvas.delete(position..<position + 1)
        moveBlocks(from: position, by: -1)
      }
      for insertion in decision.insertions where insertion.position == position {
        insert(insertion, step: record.step)
        moveBlocks(from: position, by: insertion.count)
      }
    }
  }

  private mutating func insert(_ insertion: StepDecision.Insertion, step: Int) {
    state.canvas.insertMasks(insertion.count, before: insertion.position)
    guard let token = insertion.token else { return }
    for position in insertion.position..<insertion.position + insertion.count {
      state.canvas.unmask(
        position, token: token,
        commitment: Canvas.Commitment(step: step, confidence: 1, entropy: 0))
    }
  }

  private mutating func moveBlocks(from position: Int, by count: Int) {
    state.blocks = state.blocks?.enumerated().map { index, block in
      var block = block
      // What is appended to a block belongs to it, and what comes before one moves it.
      if position <= block.range.upperBound {
        let isBefore =
          position < block.range.lowerBound || (position == block.range.lowerBound && index > 0)
        block.range =
          isBefore
          ? block.range.lowerBound + count..<block.range.upperBound + count
          : block.range.lowerBound..<max(block.range.lowerBound, block.range.upperBound + count)
      }
      return block
    }
  }
}

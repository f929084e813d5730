/// Going over steps that were done before.
extension Sampler {
  /// Goes over a step as it was recorded, without asking the predictor.
  ///
  /// The run then stands where it stood after the step: with the same predictor, start and settings
  /// the rest is the same as in the run that was recorded. A strategy's memory, the plan of the blocks
  /// and what is kept of keys and values are brought up to date as well.
  ///
  /// - Parameter record: The next step of a recorded run, not one that a user chose by hand.
  public mutating func replay(_ record: TraceStep) {
    layOutBlocksIfNeeded()
    guard let block = beginBlock() else { return }
    var work = StepWork(block: block, context: context(of: block), cacheOrigin: state.cacheOrigin)
    if let question = openingQuestion(in: work.context, block: block) { note(question, in: &work) }
    work.forwards = record.forwards
    work.memory = record.memory
    work.decision = StepDecision(
      unmasked: [], remasked: record.remasked,
      written: record.unmasked.map {
        StepDecision.Writing(
          position: $0.position, token: $0.token, confidence: $0.confidence, entropy: $0.entropy,
          fate: $0.fate)
      }
        + record.replaced.map {
          StepDecision.Writing(
            position: $0.position, token: $0.token, confidence: $0.confidence)
        }, insertions: record.inserted, deletions: record.deleted, endsBlock: record.endsBlock)
    _ = apply(work)
  }
}

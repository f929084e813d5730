/// Several runs of one model, step by step together.
extension Sampler {
  /// Does a step of each of several runs; what they ask first is computed in one forward pass.
  ///
  /// Each run does what it would do alone, token by token, unless their settings push them apart. Runs
  /// that keep keys and values ask alone.
  ///
  /// - Parameter samplers: The runs, all of the same predictor; those that are finished stay as they
  ///   are.
  /// - Returns: What each did, `nil` where it is finished.
  /// - Throws: ``SamplerError/prediction(_:)``; runs further left may have taken their step then.
  public static func step(_ samplers: inout [Sampler]) throws(SamplerError) -> [TraceStep?] {
    do {
      try askTogether(&samplers)
    } catch { throw .prediction(error) }
    pushApart(&samplers)
    var steps: [TraceStep?] = []
    for index in samplers.indices { steps.append(try samplers[index].step()) }
    return steps
  }

  private static func askTogether(_ samplers: inout [Sampler]) throws(PredictionError) {
    var asked: [(index: Int, question: ForwardQuestion, time: Float)] = []
    for index in samplers.indices {
      guard let (question, time) = samplers[index].nextQuestion(), question.cache == nil,
        !samplers[index].answers.isKnown(question)
      else { continue }
      asked.append((index, question, time))
    }
    // A network may be conditioned on time, of which a pass has one.
    let readsTime = asked.first.map { samplers[$0.index].predictor.readsTime } ?? false
    let times = readsTime ? asked.map(\.time) : asked.prefix(1).map(\.time)
    for time in Set(times).sorted() {
      let group = readsTime ? asked.filter { $0.time == time } : asked
      guard group.count > 1 else { continue }
      let first = samplers[group[0].index]
      let answers = try KeptAnswers.answers(
        to: group.map(\.question), time: time, predictor: first.predictor,
        cancellation: first.cancellation)
      for (entry, answer) in zip(group, answers) {
        samplers[entry.index].remember(answer)
      }
    }
  }

  private mutating func remember(_ answer: Answer) {
    answers.remember(answer, depth: traits.readsPrevious ? 2 : 1)
  }

  /// What the next step asks first, and at what time; `nil` when it asks nothing.
  mutating func nextQuestion() -> (ForwardQuestion, Float)? {
    layOutBlocksIfNeeded()
    guard !hasTextEnded, let block = beginBlock() else { return nil }
    let context = context(of: block)
    return openingQuestion(in: context, block: block).map { ($0, context.plan.time) }
  }
}

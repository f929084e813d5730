/// The last answers of a predictor, so that looking at a canvas and then stepping from it costs one
/// forward pass, and so that their storage is reused.
struct KeptAnswers: Sendable {
  private var answers: [Answer] = []
  private var keysAndValues = KeptKeysAndValues()

  /// Returns the answer to `question` about `canvas`; asks only when it is not known.
  ///
  /// - Parameters:
  ///   - question: The question.
  ///   - canvas: What it is about.
  ///   - depth: The number of answers to keep, this one included.
  ///   - time: The time t, for networks that are conditioned on it.
  ///   - predictor: The model.
  ///   - cancellation: Stops the forward pass when raised.
  /// - Returns: The answer; it may cover more positions.
  /// - Throws: What the predictor throws; the question then counts as unanswered.
  mutating func answer(
    to question: ForwardQuestion, about canvas: Canvas, depth: Int, time: Float?,
    predictor: any MaskPredictor, cancellation: CancellationFlag?
  ) throws(PredictionError) -> Answer {
    if let index = answers.lastIndex(where: { $0.question.covers(question) }) {
      return answers[index]
    }
    let time = question.time ?? time
    try keysAndValues.prepare(
      for: question, time: time, predictor: predictor, cancellation: cancellation)
    var answer = answers.count >= depth ? answers.removeFirst() : Answer(question)
    answer.reuse(for: question)
    do {
      let rows = question.rows { keysAndValues.use(by: question, row: $0) }
      try answer.fill(
        from: predictor,
        request: PredictionRequest(rows: rows, time: time, cancellation: cancellation))
    } catch {
      keysAndValues.abandon(question)
      throw error
    }
    keysAndValues.finish(question, canvas: canvas)
    answers.append(answer)
    return answer
  }

  /// Whether nothing has to be computed to answer `question`.
  func isKnown(_ question: ForwardQuestion) -> Bool {
    answers.contains { $0.question.covers(question) }
  }

  /// Changes the logits of the answer to `question` once, if it is known.
  mutating func change(_ question: ForwardQuestion, _ body: (inout Logits) -> Void) {
    guard let index = answers.lastIndex(where: { $0.question.covers(question) }) else { return }
    answers[index].change(body)
  }

  /// Keeps what was read of an answer since it was given.
  mutating func update(_ answer: Answer) {
    guard let index = answers.lastIndex(where: { $0.question == answer.question }) else { return }
    answers[index] = answer
  }

  /// Keeps an answer that was computed together with others, and at most `depth` in all.
  mutating func remember(_ answer: Answer, depth: Int) {
    if answers.count >= depth { answers.removeFirst() }
    answers.append(answer)
  }

  /// Returns the answers to several questions, computed together; they are not kept.
  static func answers(
    to questions: [ForwardQuestion], time: Float?, predictor: any MaskPredictor,
    cancellation: CancellationFlag?
  ) throws(PredictionError) -> [Answer] {
    let rows = questions.flatMap { $0.rows { _ in nil } }
    var prediction = try predictor.prediction(
      for: PredictionRequest(rows: rows, time: time, cancellation: cancellation))
    var maps = prediction.attention[...]
    var answers: [Answer] = []
    for question in questions {
      var answer = Answer(question)
      // Nobody else may hold the logits, or changing them would copy them.
      let rows = Array(prediction.rows.prefix(question.rowCount))
      prediction.rows.removeFirst(question.rowCount)
      answer.take(rows, attention: maps.first ?? nil, reader: predictor.logitsReader)
      maps = maps.dropFirst(question.rowCount)
      answers.append(answer)
    }
    return answers
  }
}

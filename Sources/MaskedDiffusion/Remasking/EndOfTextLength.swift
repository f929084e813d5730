/// How much the end of a canvas looks like the end of a text: what strategies that find the length of
/// an answer go by.
struct EndOfTextLength {
  /// The positions that count, at most.
  let tail: Int

  /// Returns the share of `tail` that is made up by the probabilities of an end-of-text token, at
  /// the last positions whose most probable token is one.
  func certainty(of answer: Answer, in context: StepContext) -> Double {
    var sum = 0.0
    var count = 0
    for position in context.canvas.answer.reversed() where count < tail {
      let best = answer.best(at: position)
      guard context.endOfTextTokens.contains(best.token) else { continue }
      sum += best.unmodified.confidence
      count += 1
    }
    return sum / Double(tail)
  }

  /// Every position of the answer, which ``certainty(of:in:)`` needs, and masks outside it.
  static func question(in context: StepContext) -> Opening {
    let masked = context.canvas.openPositions(in: 0..<context.block.upperBound)
    return .question(
      Question(context.canvas, wanted: Set(masked).union(context.canvas.answer).sorted()))
  }

  /// The masked positions of the window that starts at the `offset`-th position of the answer, which
  /// moves on over windows without masks; all masks when none is in a window.
  static func window(
    of context: StepContext, offset: inout Int, length: Int
  ) -> [Candidate] {
    let answer = context.canvas.answer
    while true {
      let start = answer.lowerBound + offset
      let window = start..<max(start, min(start + length, answer.upperBound))
      let masked = context.candidates.filter { window.contains($0.position) }
      if !masked.isEmpty { return masked }
      // A mask inside the prompt, or one that was made by hand behind the window.
      if window.upperBound >= answer.upperBound { return context.candidates }
      offset += length
    }
  }

  /// Returns the positions of `masked` above `threshold`, or the best.
  static func filled(_ masked: [Candidate], above threshold: Double) -> [Int] {
    let sure = masked.filter { $0.unmodified.confidence > threshold }
    let kept = sure.isEmpty ? Array(masked.ranked { $0.unmodified.confidence }.prefix(1)) : sure
    return kept.map(\.position).sorted()
  }
}

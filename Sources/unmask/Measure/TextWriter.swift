import MaskedDiffusion

/// Writes texts and counts what they cost.
///
/// Texts that are written together share forward passes; each is what it would be alone.
struct TextWriter {
  /// A text before its first step.
  struct Start {
    /// The number of the text among those written with the same settings.
    var index: Int
    var canvas: Canvas
    var settings: SamplerSettings
    /// The tokens of the canvas before the answer.
    var promptLength: Int
  }

  private let predictor: CountedPredictor

  /// Creates a writer.
  init(_ predictor: any MaskPredictor) { self.predictor = CountedPredictor(predictor) }

  /// Writes one text a start, all of them together.
  ///
  /// - Returns: The texts in the order of the starts, not judged yet.
  /// - Throws: ``SamplerError``; ``PredictionError/cancelled`` within when somebody asked twice to stop.
  func texts(from starts: [Start]) throws(SamplerError) -> [WrittenText] {
    var samplers: [Sampler] = []
    for start in starts {
      var sampler = try Sampler(
        predictor: predictor, canvas: start.canvas, settings: start.settings)
      sampler.cancellation = Interruption.cancellation
      samplers.append(sampler)
    }
    _ = predictor.reset()
    let began = ContinuousClock.now
    while try Sampler.step(&samplers).contains(where: { $0 != nil }) {}
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    let visits = Double(predictor.reset().visits)
    let forwards = Double(max(1, samplers.reduce(0) { $0 + $1.state.forwards }))
    return zip(starts, samplers).map { start, sampler in
      let answer = Array(sampler.state.canvas.tokens.dropFirst(start.promptLength))
      let share = Double(sampler.state.forwards) / forwards
      let text = Array(predictor.text(in: answer))
      return WrittenText(
        index: start.index, tokens: text, rest: Array(answer.dropFirst(text.count)),
        forwards: sampler.state.forwards, visits: visits * share, seconds: seconds * share)
    }
  }

  /// Cuts `starts` into groups that compute about `positions` positions together, one text at least.
  static func groups(of starts: [Start], positions: Int) -> [[Start]] {
    var groups: [[Start]] = []
    var used = Int.max
    for start in starts {
      if groups.isEmpty || used + start.canvas.count > positions {
        groups.append([])
        used = 0
      }
      groups[groups.count - 1].append(start)
      used += start.canvas.count
    }
    return groups
  }
}

extension MaskPredictor {
  /// The tokens before the first that ends a text.
  func text(in tokens: [TokenID]) -> ArraySlice<TokenID> {
    tokens.prefix { !endOfTextTokens.contains($0) }
  }
}

extension Model {
  /// The text of `tokens`, without what the tokenizer puts before every text.
  func text(of tokens: [TokenID]) -> String {
    guard let tokenizer else { return tokens.map { "\($0)" }.joined(separator: " ") }
    let begins = tokenizer.encode("")
    let isBegun = !begins.isEmpty && tokens.starts(with: begins)
    return tokenizer.decode(isBegun ? Array(tokens.dropFirst(begins.count)) : tokens)
  }
}

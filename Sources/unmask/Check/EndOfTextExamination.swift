import MaskedDiffusion

/// Whether texts end, on canvases of different lengths.
enum EndOfTextExamination: Examination {
  static let title = "ends"

  static func section(of subject: CheckSubject) throws -> CheckSection {
    var section = CheckSection(title)
    let predictor = subject.predictor
    guard !predictor.endOfTextTokens.isEmpty else {
      section.line("none", "no token is known to end a text")
      return section
    }
    try findOtherEnd(subject, &section)
    var ended = 0
    var count = 0
    for length in subject.effort.isQuick ? [32, 128] : [32, 64, 128] {
      let prompts = Array(subject.prompts.prefix(subject.effort.textCount))
      let texts = try Writing(steps: subject.effort.isQuick ? 16 : 32)
        .texts(after: prompts, length: length, with: predictor)
      let ends = texts.map { $0.rest.isEmpty ? nil : $0.tokens.count }
      let stray = texts.reduce(0) { sum, text in
        sum + text.rest.count { !predictor.endOfTextTokens.contains($0) }
      }
      ended += ends.count { $0 != nil }
      count += ends.count
      let places = ends.map { $0.map { "\($0)" } ?? "none" }.joined(separator: ", ")
      section.line(
        "canvas of \(length)",
        "ends at \(places)" + (stray > 0 ? ", \(stray) tokens after an end" : ""))
      // What is written token by token goes on behind an end; nobody reads it.
      if stray > length / 4, predictor.attention != .causal {
        section.find(
          .warning, "text-after-end", "\(stray) tokens stand behind the end of a text",
          advice: "the first end is cut off at; was the padding of training something else?")
      }
    }
    section.measures.append(
      CheckMeasure(
        name: "ended", label: "texts that end", value: Double(ended) / Double(max(1, count)),
        digits: 2, better: .neither, noise: 0.3))
    if ended == 0 {
      section.find(
        .note, "never-ends", "no text ended, on canvases of up to 128 positions",
        advice: "if texts of the training data end, check \(subject.place(of: "eos_token_id"))")
    }
    return section
  }

  /// The texts that have to agree on another end before it is named.
  private static let leastTexts = 4

  /// What the model puts where a text is over, if it is always the same and not the end.
  private static func findOtherEnd(
    _ subject: CheckSubject, _ section: inout CheckSection
  ) throws {
    let predictor = subject.predictor
    let ends = predictor.endOfTextTokens
    let rows = subject.rows.filter { $0.last.map(ends.contains) ?? false }
    guard predictor.attention != .causal, rows.count >= leastTexts else { return }
    var guesses: [TokenID: Int] = [:]
    for row in rows {
      let place = row.count - 1
      var canvas = row
      canvas[place] = predictor.maskToken
      let logits = try predictor.prediction(
        for: PredictionRequest(
          rows: [PredictionRow(tokens: canvas, wanted: [place])],
          time: 1 / Float(canvas.count))
      ).rows[0]
      let reading = predictor.logitsReader.readings(of: logits, rows: [0], draw: nil)[0]
      if let token = reading?.statistics.argmax { guesses[token, default: 0] += 1 }
    }
    guard let (token, count) = guesses.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }),
      !ends.contains(token), 4 * count >= 3 * rows.count,
      // A full stop would be what an ill model writes everywhere.
      rows.allSatisfy({ !$0.dropLast().contains(token) })
    else { return }
    let spelling = subject.model.tokenizer?.spelling(of: token).map { " '\($0)'" } ?? ""
    section.find(
      .illness, "end-token",
      "where a text is over, the model writes \(token)\(spelling) in \(count) of \(rows.count) texts, "
        + "not \(ends.map { "\($0)" }.joined(separator: ", "))",
      advice: "set \(subject.place(of: "eos_token_id")) to \(token)")
  }
}

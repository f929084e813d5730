import Glibc
import Tokenizers
import MaskedDiffusion
import PlaygroundUI

/// Answers that are compared at the masks of one canvas, in one forward pass.
///
/// The probability of an answer is the product of those of its tokens, each read at its own mask:
/// the masks know nothing of each other, so that answers of one token are exact and longer ones
/// are not.
struct ChoiceComparison {
  /// The answers as they were typed.
  let labels: [String]
  /// The canvas.
  let tokens: [TokenID]
  /// The tokens of each answer.
  let answers: [[TokenID]]
  /// The first position of the answers.
  let start: Int

  /// Cuts `labels` into tokens.
  ///
  /// The answers go to the first run of masks; where there is none, the longest answer's masks
  /// are put behind the text.
  ///
  /// - Parameters:
  ///   - labels: The answers.
  ///   - tokens: The canvas.
  ///   - template: The text of the canvas; `nil` when it was given in tokens, as are the answers.
  ///   - model: The model.
  /// - Throws: ``UsageError``, ``PromptError``, ``LikelihoodError``.
  init(
    labels: [String], tokens: [TokenID], template: PromptTemplate?, model: Model
  ) throws {
    guard labels.count >= 2 else {
      throw UsageError("\(labels.count) choice, expected 2 or more, separated by commas")
    }
    if let empty = labels.firstIndex(where: { $0.allSatisfy(\.isWhitespace) }) {
      throw UsageError(
        "choice \(empty + 1) of \(labels.count) is empty, expected a text before each comma")
    }
    self.labels = labels
    let mask = model.predictor.maskToken
    if let template {
      let encoder = ContinuationEncoder(tokenizer: try model.requiredTokenizer())
      let context = Self.textBeforeHole(template)
      answers = labels.map { label in
        let isSeparated = context.last?.isWhitespace ?? true || label.first?.isWhitespace ?? false
        return encoder.tokens(of: context, isSeparated ? label : " " + label).answer
      }
    } else {
      answers = try labels.map { label in try TokenList.tokens(parsing: label) }
    }
    let longest = answers.map(\.count).max() ?? 0
    let hole = tokens.firstIndex(of: mask)
    start = hole ?? tokens.count
    self.tokens =
      hole == nil ? tokens + Array(repeating: mask, count: longest) : tokens
    let room = self.tokens[start...].prefix { $0 == mask }.count
    for (label, answer) in zip(labels, answers) {
      try LikelihoodQuestion(prompt: [], answer: answer).check(against: model.predictor)
      guard answer.count <= room else {
        throw UsageError(
          "choice '\(label)' has \(answer.count) tokens, expected at most the \(room) masks there are",
          hint: "write [MASK:\(longest)] where the answer goes")
      }
    }
  }

  private static func textBeforeHole(_ template: PromptTemplate) -> String {
    guard case .text(let text)? = template.pieces.first else { return "" }
    return text
  }

  /// Returns ln p of each answer.
  ///
  /// - Throws: ``PredictionError``.
  func logProbabilities(with predictor: any MaskPredictor) throws(PredictionError) -> [Double] {
    let longest = answers.map(\.count).max() ?? 0
    let wanted = Array(start..<start + longest)
    let masked = tokens.count { $0 == predictor.maskToken }
    let request = PredictionRequest(
      rows: [PredictionRow(tokens: tokens, wanted: wanted)],
      time: Float(masked) / Float(tokens.count))
    let logits = try predictor.prediction(for: request).rows[0]
    var sums = [Double](repeating: 0, count: answers.count)
    for (row, position) in wanted.enumerated() {
      let statistics = logits[row: row].withUnsafeBufferPointer { RowStatistics($0) }
      guard let statistics else { throw .notFinite(position: position) }
      for (index, answer) in answers.enumerated() where row < answer.count {
        let column = row * logits.vocabularySize + Int(answer[row])
        sums[index] += Double(logits.values[column]) - statistics.logSumExp
      }
    }
    return sums
  }
}

/// The comparison of answers in words and in JSON.
struct ChoiceReport {
  let comparison: ChoiceComparison
  /// ln p of each answer.
  let values: [Double]
  let model: Model

  /// The probability of each answer if one of them is right.
  private var shares: [Double] {
    let highest = values.max() ?? 0
    guard highest > -.infinity else { return values.map { _ in 1 / Double(values.count) } }
    let weights = values.map { exp($0 - highest) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  private var best: Int { values.indices.max { (values[$0], -$0) < (values[$1], -$1) } ?? 0 }

  /// A line an answer.
  var text: String {
    let symbols = TerminalTraits.symbols
    let sanitizer = TextSanitizer(symbols: symbols)
    var table = Table(["choice", "share>", "probability>", "tokens>", ""])
    for (index, label) in comparison.labels.enumerated() {
      table.add([
        sanitizer.sanitized(label), fixed(shares[index], 4), fixed(exp(values[index]), 6),
        "\(comparison.answers[index].count)", symbols.bar(share: shares[index], cells: 20),
      ])
    }
    return table.text
  }

  /// The same; `probability` is the share among the choices.
  var json: JSON {
    .object([
      "model": model.json, "ids": .integers(comparison.tokens),
      "mask_id": .integer(Int(model.predictor.maskToken)),
      "position": .integer(comparison.start),
      "choices": .array(
        comparison.labels.indices.map { index in
          .object([
            "text": .string(comparison.labels[index]),
            "ids": .integers(comparison.answers[index]),
            "probability": .rounded(shares[index], 6),
            "log_probability": .rounded(values[index], 6),
          ])
        }),
      "best": .integer(best),
    ])
  }
}

import Glibc
import Tokenizers
import MaskedDiffusion
import PlaygroundUI

/// The likelihood of one answer, in words and in JSON.
struct ScoreReport {
  let question: LikelihoodQuestion
  let estimate: LikelihoodEstimate
  let setting: ScoreSetting
  let model: Model

  private var total: Double { estimate.negativeLogLikelihood }
  private var perToken: Double { total / Double(question.answer.count) }

  /// The value with its error, then a line a token.
  var text: String {
    let error = estimate.standardError.map { $0 == 0 ? "" : " ± \(fixed($0, 4))" } ?? ""
    let symbols = TerminalTraits.symbols
    var text = """
      \(setting.valueName), \(setting.text)
      \(fixed(total, 4))\(symbols.isUnicode ? error : error.replacing("±", with: "+-")) nats, \
      \(counted(question.answer.count, "token"))
      \(fixed(perToken, 4)) nats per token\(perplexity)

      """
    let highest = estimate.tokens.filter(\.isFinite).max() ?? 0
    var table = Table(["token>", "", "nats>", ""])
    for (token, value) in zip(question.answer, estimate.tokens) {
      let share = highest > 0 && value.isFinite ? max(0, value) / highest : 0
      table.add([
        "\(token)", piece(token), fixed(value, 4), symbols.bar(share: share, cells: 20),
      ])
    }
    text += table.text
    return text
  }

  /// Of a score, which is no likelihood, there is no perplexity.
  private var perplexity: String {
    estimate.isGuided ? "" : ", perplexity \(fixed(exp(perToken), 2))"
  }

  private func piece(_ token: TokenID) -> String {
    guard let tokenizer = model.tokenizer else { return "" }
    let sanitizer = TextSanitizer(symbols: TerminalTraits.symbols)
    return "'\(sanitizer.sanitized(tokenizer.piece(of: token)))'"
  }

  /// The same; `text` is `null` without a tokenizer, a value `null` where it is infinite.
  var json: JSON {
    .object([
      "model": model.json, "setting": setting.json,
      "nll": .rounded(total, 6),
      "standard_error": .optional(estimate.standardError) { .rounded($0, 6) },
      "is_score": .boolean(estimate.isGuided),
      "nll_per_token": .rounded(perToken, 6),
      "forwards": .integer(estimate.forwardPassCount),
      "prompt_ids": .integers(question.prompt), "answer_ids": .integers(question.answer),
      "tokens": .array(
        zip(question.answer, estimate.tokens).map { token, value in
          .object([
            "id": .integer(Int(token)),
            "text": .optional(model.tokenizer) { .string($0.piece(of: token)) },
            "nll": .rounded(value, 6),
          ])
        }),
    ])
  }
}

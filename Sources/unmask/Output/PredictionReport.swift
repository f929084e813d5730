import Models
import MaskedDiffusion
import PlaygroundUI

/// What a model thinks of some positions, in words and in JSON.
struct PredictionReport {
  let tokens: [TokenID]
  let opinions: [Opinion]
  let model: Model

  /// A block a position: the best tokens with their probabilities, and bars to compare them.
  var text: String {
    opinions.map { opinion in
      var table = Table(["token>", "", "probability>", ""])
      for candidate in opinion.top {
        table.add([
          "\(candidate.token)", piece(candidate.token), fixed(candidate.probability, 4),
          symbols.bar(share: candidate.probability, cells: 20),
        ])
      }
      return heading(of: opinion) + table.text
    }.joined(separator: "\n")
  }

  private func heading(of opinion: Opinion) -> String {
    let token = tokens[opinion.position]
    let what =
      token == model.predictor.maskToken ? "masked" : "token \(token) \(piece(token))"
    return "position \(opinion.position), \(what), entropy \(fixed(opinion.entropy, 3)) nats, "
      + "margin \(fixed(opinion.margin, 3))\n"
  }

  private var symbols: Symbols { TerminalTraits.symbols }

  private func piece(_ token: TokenID) -> String {
    guard let tokenizer = model.tokenizer else { return "" }
    return "'\(TextSanitizer(symbols: symbols).sanitized(tokenizer.piece(of: token)))'"
  }

  /// The same in JSON; `text` is `null` without a tokenizer.
  var json: JSON {
    .object([
      "model": model.json, "ids": .integers(tokens),
      "mask_id": .integer(Int(model.predictor.maskToken)),
      "positions": .array(opinions.map(json)),
    ])
  }

  private func json(of opinion: Opinion) -> JSON {
    .object([
      "position": .integer(opinion.position),
      "entropy": .rounded(opinion.entropy, 6),
      "margin": .rounded(opinion.margin, 6),
      "candidates": .array(
        opinion.top.map { candidate in
          .object([
            "id": .integer(Int(candidate.token)),
            "text": .optional(model.tokenizer) { .string($0.piece(of: candidate.token)) },
            "probability": .rounded(candidate.probability, 6),
          ])
        }),
    ])
  }
}

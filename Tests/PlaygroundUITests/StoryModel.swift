import MaskedDiffusion
import PlaygroundUI
import _TestSupport

/// A small model that knows one story, for screens one can read.
enum StoryModel {
  static let words = [
    "<end>", "\n", "Once", " upon", " a", " time", " there", " was", " fox", ".", " The", " took",
    " his", " blue", " kite", " boat", " hat", " along", ",", " and", " felt", " very", " sad",
    " glad", " then", " curious", " small", " it", " flew", " away", " é", "\u{1F98A}", "Then",
  ]

  static let prompt = "Once upon a time there was a fox."

  /// What the model would write after the prompt.
  static let story =
    " The fox took his blue kite along.\nThen it flew away, and the fox felt very sad."

  static let maskToken = TokenID(words.count)

  static let pieces = Dictionary(
    uniqueKeysWithValues: words.enumerated().map {
      (TokenID($0.offset), TokenPiece(bytes: Array($0.element.utf8)))
    })

  static let settings = SamplerSettings(
    steps: 8, strategy: AlgorithmSelection("entropy"), schedule: AlgorithmSelection("uniform"),
    seed: 7)

  static func info(name: String = "story-1k") -> ModelInfo {
    ModelInfo(
      name: name, family: "smdm", parameterCount: 1_234_567, precision: "bf16",
      configurationChecksum: "c0ffee", maskToken: maskToken, endOfTextTokens: [0],
      contextLength: 128, embeddingCount: words.count + 1, suggestedSettings: settings,
      suggestedLength: 24,
      about: [
        ModelSection(
          "model", lines: [.init("family", "smdm"), .init("weights", "1.2M, stored as BF16")]),
        ModelSection(
          "what its files say", lines: [.init("mask token", "33: the family")],
          remarks: [.init(.warning, "config.json does not name the mask token")]),
      ])
  }

  /// The tokens of a text: the longest word that fits, `[MASK]` for a mask, others left out.
  static func tokens(_ text: String) -> [TokenID] {
    var tokens: [TokenID] = []
    var rest = Substring(text)
    while !rest.isEmpty {
      if rest.hasPrefix("[MASK]") {
        tokens.append(maskToken)
        rest = rest.dropFirst(6)
      } else if let best = words.enumerated().filter({ rest.hasPrefix($0.element) })
        .max(by: { $0.element.count < $1.element.count })
      {
        tokens.append(TokenID(best.offset))
        rest = rest.dropFirst(best.element.count)
      } else {
        rest = rest.dropFirst()
      }
    }
    return tokens
  }

  /// A predictor that is surer of a token the more of its neighbours are known.
  static func predictor() -> ScriptedPredictor {
    let wanted = tokens(prompt + story)
    return ScriptedPredictor(
      vocabularySize: words.count, maskToken: maskToken, endOfTextTokens: [0]
    ) { tokens, position in
      var row = words.indices.map { Float(($0 * 7 + position * 13) % 11) / 9 }
      let target = position < wanted.count ? Int(wanted[position]) : 0
      let near = (position - 2...position + 2).count {
        tokens.indices.contains($0) && tokens[$0] != maskToken
      }
      row[target] += 2.4 + Float(near) * 1.4 + Float(position % 3) * 0.6
      row[(target + 5) % words.count] += 3.4
      return row
    }
  }
}

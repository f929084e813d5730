import MaskedDiffusion

/// How a likelihood is estimated.
struct ScoreSetting {
  /// The estimator, with the parameters that were given.
  var estimator: AlgorithmSelection
  /// Whether all samples are the same.
  var isDeterministic: Bool
  /// The number of samples.
  var samples: Int
  /// The scale of guidance.
  var guidance: Float
  /// The seed.
  var seed: UInt64
  /// Whether the model writes from left to right: its likelihood is then exact, whatever the estimator.
  var isCausal = false

  /// Guided predictions are those of no model, so that what they sum up to is only a score.
  var isScore: Bool { guidance > 0 }

  /// What the value is called.
  var valueName: String {
    switch estimator.name {
    case _ where isScore: "score"
    case _ where isCausal: "negative log likelihood"
    case "chain-rule": "negative log likelihood from left to right"
    default: "bound of the negative log likelihood"
    }
  }

  /// The estimator in words.
  var text: String {
    var parts = [isCausal ? "one pass from left to right" : estimator.description]
    if !isDeterministic, !isCausal { parts.append(counted(samples, "sample")) }
    if isScore { parts.append("guidance \(guidance)") }
    return parts.joined(separator: ", ")
  }

  /// The settings by name.
  var json: JSON {
    .object([
      "value": .string(isScore ? "score" : "nll"), "estimator": .string(estimator.description),
      "samples": .integer(isDeterministic || isCausal ? 1 : samples),
      "guidance": .rounded(Double(guidance), 6),
      "seed": .unsigned(seed),
    ])
  }
}

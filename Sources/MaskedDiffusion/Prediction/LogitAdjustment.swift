/// What is done to logits after guidance and before anything is measured or drawn: biases, penalties
/// for repetition, suppression, in this order.
struct LogitAdjustment: Equatable, Sendable {
  /// The tokens that get a logit of −∞.
  var suppressed: [TokenID] = []
  /// What is added to the logits of some tokens.
  var biases: [TokenBias] = []
  /// What the logit of a token that stands elsewhere on the canvas is divided by, or multiplied with
  /// where it is negative; 1 changes nothing.
  ///
  /// - SeeAlso: Keskar et al., “CTRL”, arXiv:1909.05858; Transformers `repetition_penalty`.
  var repetitionPenalty: Float = 1
  /// What is subtracted from the logit of the tokens that stand right and left of a position.
  ///
  /// - SeeAlso: SGLang JointThreshold, whose penalty is for the left neighbour; the model card of
  ///   DiffuRefill.
  var adjacentPenalty: Float = 0
  /// The tokens that may stand several times: the mask, and those that end a text.
  var repeatable: [TokenID] = []

  private var isNothing: Bool {
    suppressed.isEmpty && biases.isEmpty && !countsRepetitions
  }

  private var countsRepetitions: Bool { repetitionPenalty != 1 || adjacentPenalty != 0 }

  /// Changes `logits`.
  ///
  /// - Parameters:
  ///   - logits: The guided logits.
  ///   - tokens: What the predictor read.
  ///   - places: The position number of each token; `nil` stands for 0, 1, 2, ….
  func apply(to logits: inout Logits, tokens: [TokenID], places: [Int]?) {
    guard !isNothing else { return }
    let columns = logits.vocabularySize
    let counts = countsRepetitions ? counts(of: tokens) : [:]
    let positions = logits.positions
    logits.values.withUnsafeMutableBufferPointer { values in
      for (row, position) in positions.enumerated() {
        let row = UnsafeMutableBufferPointer(
          rebasing: values[row * columns..<(row + 1) * columns])
        for bias in biases where Int(bias.token) < columns {
          row[Int(bias.token)] += Float(bias.amount)
        }
        if countsRepetitions {
          // Rows beyond the canvas stand for a position of it.
          penalise(row, at: places?[position] ?? position, tokens: tokens, counts: counts)
        }
        for token in suppressed where Int(token) < columns { row[Int(token)] = -.infinity }
      }
    }
  }

  private func counts(of tokens: [TokenID]) -> [TokenID: Int] {
    var counts: [TokenID: Int] = [:]
    for token in tokens where !repeatable.contains(token) { counts[token, default: 0] += 1 }
    return counts
  }

  private func penalise(
    _ row: UnsafeMutableBufferPointer<Float>, at position: Int, tokens: [TokenID],
    counts: [TokenID: Int]
  ) {
    if repetitionPenalty != 1 {
      for (token, count) in counts where Int(token) < row.count {
        // A token is no repetition of itself.
        let isElsewhere = count > (tokens[position] == token ? 1 : 0)
        guard isElsewhere else { continue }
        let logit = row[Int(token)]
        row[Int(token)] = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty
      }
    }
    guard adjacentPenalty != 0 else { return }
    var neighbours: [TokenID] = []
    if position > 0 { neighbours.append(tokens[position - 1]) }
    if position + 1 < tokens.count, !neighbours.contains(tokens[position + 1]) {
      neighbours.append(tokens[position + 1])
    }
    for token in neighbours where Int(token) < row.count && counts[token] != nil {
      row[Int(token)] -= adjacentPenalty
    }
  }
}

extension SamplerSettings {
  /// Whether a predictor's distributions on a canvas are the same under both settings.
  package func predictsAlike(_ other: SamplerSettings) -> Bool {
    func terms(_ settings: SamplerSettings) -> SamplerSettings {
      var terms = SamplerSettings(
        steps: 1, strategy: .constant, schedule: .constant, guidanceScale: settings.guidanceScale,
        forbidsMaskToken: settings.forbidsMaskToken)
      terms.guidanceSchedule = settings.guidanceSchedule
      terms.biases = settings.biases
      terms.suppressedTokens = settings.suppressedTokens
      terms.repetitionPenalty = settings.repetitionPenalty
      terms.adjacentPenalty = settings.adjacentPenalty
      terms.endOfText = settings.endOfText == .forbid ? .forbid : .keep
      return terms
    }
    return terms(self) == terms(other)
  }
}

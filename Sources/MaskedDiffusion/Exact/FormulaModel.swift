/// A made-up function of the whole canvas for which the steps of published samplers are known.
///
/// There are eleven tokens and mask 11. With h = Σ (j + 1)(x + 1) mod 101 over the positions j that
/// can be seen, the logit of token v at position i is
/// ((31 i + 17 v + 7 h + 3 i v + 5 v² + h v) mod 97) / 8 − 6, and −100 for the mask. Every token that
/// is unmasked changes h, and with it every logit, so a sampler that differs in one step soon
/// differs in all.
public struct FormulaModel: ExactModel {
  /// The descriptor of `formula`.
  public static let descriptor = AlgorithmDescriptor(
    name: "formula",
    summary: "Arithmetic of the whole canvas, for which the steps of samplers are known",
    source: "vocabulary 12, mask 11; give --prompt-ids",
    parameters: [
      ParameterDescriptor(
        name: "shift", summary: "1 reads position i off output i - 1, as Dream does",
        kind: .number(range: 0...1, defaultValue: 0)),
      ParameterDescriptor(
        name: "end", summary: "the token that ends a text; -1 for none",
        kind: .number(range: -1...10, defaultValue: -1)),
    ])

  /// Whether the logits of a position are the output of the one before.
  public let isShifted: Bool

  /// The tokens that end a text.
  public let endOfTextTokens: [TokenID]

  /// Creates the model.
  public init(parameters: ParameterValues) {
    isShifted = Self.descriptor.number("shift", in: parameters) >= 0.5
    let end = Self.descriptor.number("end", in: parameters)
    endOfTextTokens = end >= 0 ? [TokenID(end)] : []
  }

  /// The mask, 11.
  public var maskToken: TokenID { 11 }
  /// Eleven tokens and the mask, which is never likely.
  public var vocabularySize: Int { 12 }
  /// One token more than can be predicted, for samplers that pad.
  public var embeddingCount: Int { 13 }
  /// The formula works for any length; memory does not.
  public var contextLength: Int { 4096 }
  /// Tokens are only numbers.
  public var pieces: [TokenID: TokenPiece] { [:] }

  /// Computes the formula.
  public func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    try predict(request, into: &prediction) { row, position in
      let source = isShifted && !request.isRaw ? max(0, position - 1) : position
      return logits(of: row, at: source)
    }
    prediction.attention = request.rows.map { attention(in: $0) }
  }

  /// ((5 i + 3 j² + 7 i j + h) mod 13)² + 1 for each position i and each j, made to add up to 1.
  public var givesAttention: Bool { true }

  private func attention(in row: PredictionRow) -> AttentionMap? {
    guard row.attentionShare != nil else { return nil }
    var map = AttentionMap(count: row.tokens.count)
    for i in row.tokens.indices {
      let h = hash(of: row, at: i)
      let scores = row.tokens.indices.map { j in
        let root = (5 * i + 3 * j * j + 7 * i * j + h) % 13
        return Float(root * root + 1)
      }
      let sum = scores.reduce(0, +)
      for j in scores.indices { map[i, j] = scores[j] / sum }
    }
    return map
  }

  /// h at `position`.
  private func hash(of row: PredictionRow, at position: Int) -> Int {
    var h = 0
    if let sight = row.sights[position] {
      for column in row.tokens.indices where sight.contains(where: { $0.contains(column) }) {
        h += ((row.positionIDs?[column] ?? column) + 1) * (Int(row.tokens[column]) + 1)
      }
      return h % 101
    }
    let visible = (row.attention ?? .full).visible(from: position, count: row.tokens.count)
    for column in visible where row.attendable?[column] ?? true {
      if let groups = row.groups, groups.hidden[position] != 0,
        groups.memberships[column] == groups.hidden[position]
      {
        continue
      }
      let token = row.tokens[column]
      h += ((row.positionIDs?[column] ?? column) + 1) * (Int(token) + 1)
    }
    return h % 101
  }

  private func logits(of row: PredictionRow, at position: Int) -> [Float] {
    let h = hash(of: row, at: position)
    let i = row.positionIDs?[position] ?? position
    return (0..<12).map { v in
      let sum = 31 * i + 17 * v + 7 * h + 3 * i * v + 5 * v * v + h * v
      return v == 11 ? -100 : Float(sum % 97) / 8 - 6
    }
  }
}

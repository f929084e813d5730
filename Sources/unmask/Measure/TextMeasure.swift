import MaskedDiffusion

/// What a number of texts cost, and what they are worth.
struct TextMeasure {
  /// The texts.
  let count: Int
  /// The tokens of the answers.
  let tokens: Int
  /// The forward passes of a text.
  let forwards: Double
  /// The positions computed for a token that was written.
  let visits: Double
  /// The seconds of a text.
  let seconds: Double
  /// −ln p of a token by the judge, in nats; `nil` where nobody judged.
  let loss: Double?
  /// The standard error of ``loss`` over the texts; `nil` with fewer than two.
  let lossError: Double?
  /// The texts that can be true in their world; `nil` without a checker.
  let valid: Proportion?
  /// The texts that are like nothing in their world.
  let unknown: Int
  /// The texts that the training text holds word for word; `nil` where nobody knows that text.
  let copies: Int?
  /// The different texts.
  let distinct: Int
  /// How much they repeat themselves and each other.
  let repetition: Repetition

  /// Measures `texts`.
  init(_ texts: [WrittenText]) {
    count = texts.count
    tokens = texts.reduce(0) { $0 + $1.tokens.count }
    let number = Double(max(1, texts.count))
    forwards = Double(texts.reduce(0) { $0 + $1.forwards }) / number
    visits = texts.reduce(0) { $0 + $1.visits } / Double(max(1, tokens))
    seconds = texts.reduce(0) { $0 + $1.seconds } / number
    let judged = texts.filter { $0.loss != nil && !$0.tokens.isEmpty }
    (loss, lossError) = Self.loss(judged)
    let checked = texts.compactMap(\.verdict)
    valid = checked.isEmpty ? nil : Proportion(checked.count { $0 == .valid }, of: checked.count)
    unknown = checked.count { $0 == .unknown }
    let known = texts.compactMap(\.isCopy)
    copies = known.isEmpty ? nil : known.count { $0 }
    distinct = Set(texts.map(\.tokens)).count
    repetition = Repetition(texts.map(\.tokens))
  }

  /// The loss of all tokens together, and the error of this ratio of two means.
  private static func loss(_ texts: [WrittenText]) -> (Double?, Double?) {
    let tokens = Double(texts.reduce(0) { $0 + $1.tokens.count })
    guard tokens > 0 else { return (nil, nil) }
    let mean = texts.reduce(0) { $0 + ($1.loss ?? 0) } / tokens
    guard texts.count > 1 else { return (mean, nil) }
    let squares = texts.reduce(0.0) { sum, text in
      let residual = (text.loss ?? 0) - mean * Double(text.tokens.count)
      return sum + residual * residual
    }
    let number = Double(texts.count)
    return (mean, (squares * number / (number - 1)).squareRoot() / tokens)
  }
}

extension TextMeasure {
  /// The headings of ``row``.
  static let headings = [
    "valid %>", "", "distinct>", "d-1>", "d-2>", "nats/token>", "±>", "forwards>",
    "visits/token>", "s/text>",
  ]

  /// One line of a table.
  var row: [String] {
    let interval = valid?.interval
    return [
      valid.map { fixed(100 * $0.share, 1) } ?? "",
      interval.map { "(\(fixed(100 * $0.lowerBound, 0))-\(fixed(100 * $0.upperBound, 0)))" } ?? "",
      "\(distinct)/\(count)", fixed(repetition.distinct(1), 3), fixed(repetition.distinct(2), 3),
      loss.map { fixed($0, 3) } ?? "", lossError.map { fixed($0, 3) } ?? "", fixed(forwards, 1),
      fixed(visits, 1), fixed(seconds, 3),
    ]
  }

  /// The same figures, and some more.
  var members: [JSON.Member] {
    [
      .init(name: "texts", value: .integer(count)), .init(name: "tokens", value: .integer(tokens)),
      .init(name: "valid", value: .optional(valid) { $0.json }),
      .init(name: "unknown", value: .integer(unknown)),
      .init(name: "verbatim", value: .optional(copies) { .integer($0) }),
      .init(name: "distinct", value: .integer(distinct)),
      .init(name: "distinct_1", value: .rounded(repetition.distinct(1), 6)),
      .init(name: "distinct_2", value: .rounded(repetition.distinct(2), 6)),
      .init(name: "repeated_4", value: .rounded(repetition.repeated, 6)),
      .init(name: "nll_per_token", value: .optional(loss) { .rounded($0, 6) }),
      .init(name: "standard_error", value: .optional(lossError) { .rounded($0, 6) }),
      .init(name: "forwards_per_text", value: .rounded(forwards, 4)),
      .init(name: "visits_per_token", value: .rounded(visits, 4)),
      .init(name: "seconds_per_text", value: .rounded(seconds, 6)),
    ]
  }
}

import MaskedDiffusion
import Synchronization
import Tokenizers

/// A model that counts what it computes.
final class CountedPredictor: MaskPredictor {
  private let model: any MaskPredictor
  private let counts = Mutex((forwards: 0, visits: 0))

  init(_ model: any MaskPredictor) { self.model = model }

  /// The forward passes and the positions computed since this was called last.
  func reset() -> (forwards: Int, visits: Int) {
    counts.withLock { counts in
      defer { counts = (0, 0) }
      return counts
    }
  }

  var maskToken: TokenID { model.maskToken }
  var vocabularySize: Int { model.vocabularySize }
  var embeddingCount: Int { model.embeddingCount }
  var contextLength: Int { model.contextLength }
  var endOfTextTokens: [TokenID] { model.endOfTextTokens }
  var logitsReader: any LogitsReader { model.logitsReader }

  func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    try model.predict(request, into: &prediction)
    let visits = request.rows.reduce(0) { $0 + ($1.cache?.computed?.count ?? $1.tokens.count) }
    counts.withLock { counts in
      counts.forwards += request.rows.count
      counts.visits += visits
    }
  }

  func makeCache() -> (any PredictionCache)? { model.makeCache() }
}

/// What a model spent on some texts, and what they are worth.
struct RaceResult {
  /// The model.
  var name: String
  /// The steps that were asked for; `nil` where the model takes what it needs.
  var steps: Int?
  /// The texts written.
  var texts = 0
  /// The tokens of the answers, without what is behind their ends.
  var tokens = 0
  /// The forward passes.
  var forwards = 0
  /// The positions computed.
  var visits = 0
  /// The seconds.
  var seconds = 0.0
  /// −ln p of all answers by the judge, in nats.
  var loss = 0.0
  /// The texts that can be true in their world; `nil` without a checker.
  var valid: Proportion?
  /// The different texts.
  var distinct: Set<[TokenID]> = []

  /// Creates the result of no text.
  init(name: String, steps: Int?) {
    self.name = name
    self.steps = steps
  }

  /// What is shared out over the tokens.
  private var divisor: Double { Double(max(1, tokens)) }

  /// One line of a table.
  var row: [String] {
    [
      name, steps.map { "\($0)" } ?? "own", fixed(Double(forwards) / Double(max(1, texts)), 1),
      fixed(Double(visits) / divisor, 1), fixed(seconds / Double(max(1, texts)), 3),
      fixed(loss / divisor, 3), valid.map { fixed(100 * $0.share, 0) } ?? "",
      "\(distinct.count)/\(texts)",
    ]
  }

  /// The headings of ``row``.
  static let headings = [
    "model", "steps>", "forwards>", "visits/token>", "s/text>", "nats/token>", "valid %>",
    "distinct>",
  ]

  /// The same figures.
  var json: JSON {
    .object([
      "model": .string(name), "steps": .optional(steps) { .integer($0) },
      "texts": .integer(texts), "tokens": .integer(tokens),
      "forwards": .integer(forwards), "visits": .integer(visits),
      "visits_per_token": .rounded(Double(visits) / divisor, 4),
      "seconds": .rounded(seconds, 4), "nll_per_token": .rounded(loss / divisor, 6),
      "valid": .optional(valid) { $0.json }, "distinct": .integer(distinct.count),
    ])
  }
}

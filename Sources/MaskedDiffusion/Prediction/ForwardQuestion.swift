/// A question with everything that decides its answer: what a forward pass is made from.
struct ForwardQuestion: Equatable, Sendable {
  /// What the predictor reads.
  var tokens: [TokenID]
  /// The same with the prompt masked, for guidance.
  var unconditional: [TokenID]
  /// The position numbers; `nil` stands for 0, 1, 2, ….
  var positionIDs: [Int]?
  /// Which positions see each other; `nil` stands for the model's own pattern.
  var attention: AttentionPattern?
  /// Positions that some others do not see besides.
  var groups: AttentionGroups?
  /// Positions that see exactly these ranges.
  var sights: [Int: [Range<Int>]] = [:]
  /// The share of layers whose attention is wanted.
  var attentionShare: Double?
  /// The positions, ascending.
  var positions: [Int]
  /// The guidance scale; above 0 costs a second row.
  var scale: Float
  /// What is done to the logits.
  var adjustment: LogitAdjustment
  /// The time t, where the predictor reads it; otherwise `nil`.
  var time: Float?
  /// Whether the keys and values of finished blocks are kept: exact, where the pattern is ordered.
  var keepsBlocks = false
  /// What kept keys and values come from and which positions are computed; `nil` computes all
  /// and keeps nothing.
  var cache: Cache?
  /// Stands for what is read: the number of the canvas, unless tokens differ from it.
  private(set) var number: UInt64

  struct Cache: Equatable, Sendable {
    /// What is to be at hand.
    var origin: CacheOrigin
    /// The positions to compute, ascending.
    var computed: [Int]
    /// Whether what is computed belongs to the origin from then on.
    var isKept: Bool
  }

  /// Creates the question what stands at `positions` of `canvas`.
  init(canvas: Canvas, positions: [Int], scale: Float, adjustment: LogitAdjustment) {
    tokens = canvas.tokens
    unconditional = scale > 0 ? canvas.unconditional : []
    self.positions = positions
    self.scale = scale
    self.adjustment = adjustment
    number = canvas.number
  }

  /// Creates a strategy's own question about `canvas`.
  init(_ question: Question, canvas: Canvas, scale: Float, adjustment: LogitAdjustment) {
    self.init(canvas: canvas, positions: question.wanted, scale: scale, adjustment: adjustment)
    attention = question.attention
    groups = question.groups
    sights = question.sights
    attentionShare = question.attentionShare
    guard question.tokens != canvas.tokens || question.positionIDs != nil else { return }
    tokens = question.tokens
    positionIDs = question.positionIDs
    if scale > 0 {
      unconditional = tokens.indices.map {
        $0 < canvas.count && canvas.isGiven[$0] ? canvas.maskToken : tokens[$0]
      }
    }
    for token in tokens { number = SplitMix64.combined(number, UInt64(bitPattern: Int64(token))) }
    for id in positionIDs ?? [] {
      number = SplitMix64.combined(number, UInt64(bitPattern: Int64(id)))
    }
  }

  /// The rows of the forward pass: 1, or 2 with guidance.
  var rowCount: Int { scale > 0 ? 2 : 1 }

  /// Whether two questions have the same answer, told by the number of the canvas.
  static func == (left: ForwardQuestion, right: ForwardQuestion) -> Bool {
    left.number == right.number && left.positions == right.positions
      && left.hasSameTerms(as: right)
  }

  /// Whether whoever knows the answer to this question knows the answer to `other`.
  func covers(_ other: ForwardQuestion) -> Bool {
    number == other.number && hasSameTerms(as: other)
      && (positions == other.positions || Set(other.positions).isSubset(of: positions))
  }

  private func hasSameTerms(as other: ForwardQuestion) -> Bool {
    scale == other.scale && adjustment == other.adjustment && cache == other.cache
      && attention == other.attention && groups == other.groups && time == other.time
      && sights == other.sights && attentionShare == other.attentionShare
  }

  /// Returns the rows of the pass; `cache` says what keys and values each uses.
  func rows(cache: (_ row: Int) -> CacheUse?) -> [PredictionRow] {
    let rows = scale > 0 ? [tokens, unconditional] : [tokens]
    return rows.enumerated().map { index, tokens in
      var row = PredictionRow(
        tokens: tokens, wanted: positions, positionIDs: positionIDs, attention: attention,
        groups: groups, cache: cache(index))
      row.sights = sights
      row.attentionShare = attentionShare
      return row
    }
  }
}

/// The canvases keys and values were computed from, and when the first was.
struct CacheOrigin: Equatable, Sendable {
  /// The policy; what another one keeps is of no use.
  let policy: String
  /// The canvas.
  let canvas: Canvas
  /// The block that was begun.
  let block: Range<Int>
  /// The steps done then.
  let step: Int
  /// What was computed since and changed what is kept, in order: enough to compute it again.
  private(set) var later: [Pass] = []
  /// Stands for all of the above.
  private var number: UInt64

  /// Some positions of a canvas.
  struct Pass: Sendable {
    /// The canvas.
    var canvas: Canvas
    /// The positions, ascending.
    var computed: [Int]
  }

  /// Creates an origin: everything is computed on `canvas`.
  init(policy: String, canvas: Canvas, block: Range<Int>, step: Int) {
    self.policy = policy
    self.canvas = canvas
    self.block = block
    self.step = step
    number = [block.lowerBound, block.upperBound, step].reduce(canvas.number) {
      SplitMix64.combined($0, UInt64($1))
    }
    for byte in policy.utf8 { number = SplitMix64.combined(number, UInt64(byte)) }
  }

  /// The canvas that was computed last.
  var latestCanvas: Canvas { later.last?.canvas ?? canvas }

  /// Adds a pass that changed what is kept.
  mutating func append(_ pass: Pass) {
    later.append(pass)
    number = SplitMix64.combined(number, pass.canvas.number)
    for position in pass.computed { number = SplitMix64.combined(number, UInt64(position)) }
  }

  /// Whether the same is kept, told by the number.
  static func == (left: CacheOrigin, right: CacheOrigin) -> Bool { left.number == right.number }
}

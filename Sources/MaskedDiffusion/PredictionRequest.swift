#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What a mask predictor is asked for in one call: a batch of rows, computed together.
public struct PredictionRequest: Sendable {
  /// The rows, each a whole canvas: one for a single text, two for guidance, more for a batch.
  public var rows: [PredictionRow]

  /// The time t in 0...1 (1 = all masked), for networks that are conditioned on it.
  public var time: Float?

  /// The total noise σ in place of the one that belongs to ``time``, 0 or more.
  public var noise: Float?

  /// Whether to return the network's own output, before a family's shift: row i then holds
  /// output i, even where the family reads the logits of position i from output i − 1 (Dream).
  public var isRaw: Bool

  /// Stops the computation when raised.
  public var cancellation: CancellationFlag?

  /// Creates a request for `rows`.
  public init(
    rows: [PredictionRow], time: Float? = nil, noise: Float? = nil, isRaw: Bool = false,
    cancellation: CancellationFlag? = nil
  ) {
    self.rows = rows
    self.time = time
    self.noise = noise
    self.isRaw = isRaw
    self.cancellation = cancellation
  }
}

extension PredictionRequest {
  /// What the log-linear schedule leaves unmasked at time 1, so that its noise stays finite.
  private static let leastShare: Float = 1e-3

  /// The total noise σ(t) = −ln(1 − (1 − ε) t) of the log-linear schedule, unless ``noise`` says
  /// another; 0 where neither is known.
  ///
  /// - SeeAlso: Sahoo et al., arXiv:2406.07524; `noise_schedule.py`, `LogLinearNoise`.
  public var totalNoise: Float {
    if let noise { return noise }
    return time.map { -log1p(-(1 - Self.leastShare) * $0) } ?? 0
  }
}

/// One sequence of a request.
public struct PredictionRow: Sendable {
  /// The tokens, masks included; shape `[positions]`.
  public var tokens: [TokenID]

  /// The positions whose logits are wanted, ascending; the head is computed for no other.
  public var wanted: [Int]

  /// The position numbers the network sees, shape `[positions]`; `nil` stands for 0, 1, 2, ….
  public var positionIDs: [Int]?

  /// The segment (token type) of each position, shape `[positions]`; `nil` stands for 0.
  ///
  /// Only networks with segments read it.
  public var segments: [Int]?

  /// Whether each position may be attended to, shape `[positions]`; `nil` stands for all.
  public var attendable: [Bool]?

  /// Which positions see each other; `nil` stands for the pattern that the model was made for.
  ///
  /// Where the pattern is ordered (``AttentionPattern/isOrdered``), nothing behind the blocks of
  /// the wanted positions is computed.
  public var attention: AttentionPattern?

  /// Positions that some others do not see besides; `nil` hides none.
  public var groups: AttentionGroups?

  /// Positions that see exactly these ranges of positions, whatever the pattern and the groups.
  ///
  /// Every one of them sees itself.
  public var sights: [Int: [Range<Int>]] = [:]

  /// The share of layers, counted from the last, whose mean attention is wanted, in 0...1; one at least.
  ///
  /// `nil` wants none. Only of predictors that give it (``MaskPredictor/givesAttention``).
  public var attentionShare: Double?

  /// Keys and values of earlier calls to store or reuse.
  public var cache: CacheUse?

  /// Creates a row of `tokens`, wanting the logits of every position unless told otherwise.
  public init(
    tokens: [TokenID], wanted: [Int]? = nil, positionIDs: [Int]? = nil,
    attendable: [Bool]? = nil, attention: AttentionPattern? = nil, groups: AttentionGroups? = nil,
    cache: CacheUse? = nil
  ) {
    self.tokens = tokens
    self.wanted = wanted ?? Array(tokens.indices)
    self.positionIDs = positionIDs
    self.attendable = attendable
    self.attention = attention
    self.groups = groups
    self.cache = cache
  }
}

/// Keys and values a predictor keeps between calls; only the predictor that made it can read it.
public protocol PredictionCache: AnyObject, Sendable {
  /// The memory in use, in bytes.
  var byteCount: Int { get }
}

/// How a row uses a cache.
public struct CacheUse: Sendable {
  /// The cache to read and write.
  public var cache: any PredictionCache

  /// The positions to compute, ascending; `nil` computes all.
  ///
  /// Keys and values of all others are read from the cache. Whatever is computed is stored. Where
  /// the row's pattern is ordered it must be `nil`: the keys and values of blocks that did not change
  /// are then found in the cache, which is exact, and everything else is computed.
  public var computed: [Int]?

  /// Creates a use of `cache`.
  public init(cache: any PredictionCache, computed: [Int]? = nil) {
    self.cache = cache
    self.computed = computed
  }
}

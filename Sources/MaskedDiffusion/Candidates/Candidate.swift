/// A token proposed for a position (x₀ in the literature), and how sure the predictor is.
public struct Candidate: Equatable, Sendable {
  /// The position it is proposed for.
  public var position: Int
  /// The token.
  public var token: TokenID
  /// What strategies rank by, read off the distribution ``ConfidenceSource`` names.
  public var ranking: Assessment
  /// The same, read off the unmodified distribution; what traces and screens show.
  public var unmodified: Assessment
  /// The score the token won with: ln p after temperature and filters, plus Gumbel noise; `nil` unless it
  /// was drawn so.
  public var drawnScore: Double?

  /// Creates a candidate; unless told otherwise, strategies rank by the unmodified distribution.
  public init(
    position: Int, token: TokenID, ranking: Assessment? = nil, unmodified: Assessment
  ) {
    self.position = position
    self.token = token
    self.ranking = ranking ?? unmodified
    self.unmodified = unmodified
  }

  /// What a distribution says about a token.
  public struct Assessment: Equatable, Sendable {
    /// The probability of the token, in 0...1.
    public var confidence: Double
    /// The largest probability minus the second largest, in 0...1.
    public var margin: Double
    /// −Σ p ln p, in nats.
    public var entropy: Double

    /// Creates an assessment.
    public init(confidence: Double, margin: Double, entropy: Double) {
      self.confidence = confidence
      self.margin = margin
      self.entropy = entropy
    }
  }
}

/// The distribution a candidate's confidence, margin and entropy are read off.
public enum ConfidenceSource: String, SettingWord {
  /// After guidance, shift and suppression; before temperature, noise and filters (SMDM, LLaDA).
  case unmodified
  /// After temperature, top-p and top-k (Dream).
  case filtered
  /// After temperature and the Gumbel noise the token was drawn with (P2).
  case noised

  /// One line that says what the word stands for.
  public var summary: String {
    switch self {
    case .unmodified: "before temperature, noise and filters (SMDM, LLaDA)"
    case .filtered: "after temperature, top-p and top-k (Dream)"
    case .noised: "after temperature and the noise the token was drawn with (P2)"
    }
  }
}

/// How a token is drawn at a temperature above 0; both draw from softmax(logits / temperature).
public enum TokenDraw: String, SettingWord {
  /// One uniform number a position, by inverse transform.
  case categorical
  /// One Gumbel number a token: argmax of exp(z) / (−ln u)^temperature (SMDM, LLaDA).
  case gumbel

  /// One line that says what the word stands for.
  public var summary: String {
    switch self {
    case .categorical: "one random number for each position"
    case .gumbel: "one random number for each token (SMDM, LLaDA)"
    }
  }
}

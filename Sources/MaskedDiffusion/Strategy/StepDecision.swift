/// What a strategy decided.
///
/// Positions count on the canvas before the step, and are ascending. Tokens change first, then positions are deleted and inserted.
public struct StepDecision: Equatable, Sendable {
  /// The masked positions that get their candidate.
  public var unmasked: [Int]
  /// The unmasked positions that are masked again.
  public var remasked: [Int]
  /// Positions, masked or not, that get a token of the strategy's own choice.
  public var written: [Writing]
  /// Positions that are inserted.
  public var insertions: [Insertion]
  /// The positions that vanish.
  public var deletions: [Int]
  /// Whether the block is finished, for strategies that decide that themselves.
  public var endsBlock: Bool
  /// Why; the strategy's own default where it is `nil`.
  public var reason: StepReason?

  /// Creates a decision.
  public init(
    unmasked: [Int], remasked: [Int] = [], written: [Writing] = [], insertions: [Insertion] = [],
    deletions: [Int] = [], endsBlock: Bool = false, reason: StepReason? = nil
  ) {
    self.unmasked = unmasked
    self.remasked = remasked
    self.written = written
    self.insertions = insertions
    self.deletions = deletions
    self.endsBlock = endsBlock
    self.reason = reason
  }

  /// A token at a position.
  public struct Writing: Equatable, Sendable {
    /// The position.
    public var position: Int
    /// The token.
    public var token: TokenID
    /// Its probability, in 0...1.
    public var confidence: Double
    /// The entropy of the distribution it was taken from, in nats.
    public var entropy: Double
    /// Whether it is there to stay.
    public var fate: Canvas.Fate

    /// Creates a writing.
    public init(
      position: Int, token: TokenID, confidence: Double, entropy: Double = 0,
      fate: Canvas.Fate = .final
    ) {
      self.position = position
      self.token = token
      self.confidence = confidence
      self.entropy = entropy
      self.fate = fate
    }
  }

  /// Masks, or a token as many times, before a position.
  public struct Insertion: Equatable, Sendable {
    /// The position they come before; the number of positions appends them.
    public var position: Int
    /// How many.
    public var count: Int
    /// What is inserted instead of masks.
    public var token: TokenID?

    /// Creates an insertion.
    public init(before position: Int, count: Int, token: TokenID? = nil) {
      self.position = position
      self.count = count
      self.token = token
    }
  }

  /// Whether it changes nothing.
  public var isEmpty: Bool {
    unmasked.isEmpty && remasked.isEmpty && written.isEmpty && insertions.isEmpty
      && deletions.isEmpty
  }
}

extension StepDecision {
  /// Creates the decision that turns `canvas` into `tokens`, which has as many positions.
  ///
  /// - Parameters:
  ///   - canvas: The canvas before the step.
  ///   - tokens: The tokens after it.
  ///   - confidence: The probability of the token at a position that changes.
  public init(turning canvas: Canvas, into tokens: [TokenID], confidence: (Int) -> Double) {
    self.init(unmasked: [])
    for position in canvas.tokens.indices where canvas.tokens[position] != tokens[position] {
      if tokens[position] == canvas.maskToken {
        remasked.append(position)
      } else {
        written.append(
          Writing(
            position: position, token: tokens[position], confidence: confidence(position)))
      }
    }
  }
}

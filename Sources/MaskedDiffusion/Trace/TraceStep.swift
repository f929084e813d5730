/// What one denoising step did.
public struct TraceStep: Equatable, Sendable {
  /// The number of the step, from 1.
  public var step: Int
  /// The time t before the step, in 0...1.
  public var time: Float
  /// The time s after it.
  public var nextTime: Float
  /// The positions of the block the step worked on.
  public var block: Range<Int>
  /// The forward passes it cost: 0 when nothing was to be unmasked, 2 with guidance.
  public var forwards: Int
  /// The positions that got a token.
  public var unmasked: [Unmasking]
  /// The positions that were masked again.
  public var remasked: [Int]
  /// The canvas after the step; shape `[positions]`.
  public var canvas: [TokenID]
  /// The mean entropy of the positions that were masked before the step, in nats.
  public var meanEntropy: Double?
  /// The time the step took, in milliseconds.
  public var milliseconds: Double
  /// What the predictor thought of the masked positions, where that is recorded.
  public var opinions: [Opinion] = []
  /// The positions whose token was replaced by another; they count as on the canvas before.
  public var replaced: [Replacement] = []
  /// The masks that were inserted; positions count as on the canvas before.
  public var inserted: [StepDecision.Insertion] = []
  /// The positions that vanished from the canvas before.
  public var deleted: [Int] = []
  /// Why the step did what it did.
  public var reason: StepReason?
  /// What the strategy remembers for the next step.
  public var memory: MemoryRecord?
  /// Whether the strategy declared the block finished.
  public var endsBlock = false
  /// Whether the user chose position and token.
  public var isByHand = false

  /// A position that got another token.
  public struct Replacement: Equatable, Sendable {
    /// The position.
    public var position: Int
    /// The token that was there.
    public var old: TokenID
    /// The token that is there now.
    public var token: TokenID
    /// Its probability, in 0...1.
    public var confidence: Double

    /// Creates a replacement.
    public init(position: Int, old: TokenID, token: TokenID, confidence: Double) {
      self.position = position
      self.old = old
      self.token = token
      self.confidence = confidence
    }
  }

  /// A position that got a token.
  public struct Unmasking: Equatable, Sendable {
    /// The position.
    public var position: Int
    /// The token.
    public var token: TokenID
    /// Its probability under the unmodified distribution, in 0...1.
    public var confidence: Double
    /// The entropy of that distribution, in nats.
    public var entropy: Double
    /// Whether the token is there to stay.
    public var fate: Canvas.Fate

    /// Creates an unmasking.
    public init(
      position: Int, token: TokenID, confidence: Double, entropy: Double,
      fate: Canvas.Fate = .final
    ) {
      self.position = position
      self.token = token
      self.confidence = confidence
      self.entropy = entropy
      self.fate = fate
    }
  }

  /// Creates a step.
  public init(
    step: Int, time: Float, nextTime: Float, block: Range<Int>, forwards: Int,
    unmasked: [Unmasking], remasked: [Int], canvas: [TokenID], meanEntropy: Double? = nil,
    milliseconds: Double = 0, opinions: [Opinion] = []
  ) {
    self.step = step
    self.time = time
    self.nextTime = nextTime
    self.block = block
    self.forwards = forwards
    self.unmasked = unmasked
    self.remasked = remasked
    self.canvas = canvas
    self.meanEntropy = meanEntropy
    self.milliseconds = milliseconds
    self.opinions = opinions
  }
}

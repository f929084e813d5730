/// What a strategy asks the predictor in one forward pass.
public struct Question: Equatable, Sendable {
  /// The tokens the predictor reads; those of the canvas come first, more may follow.
  public var tokens: [TokenID]
  /// The positions whose distributions are wanted, ascending.
  public var wanted: [Int]
  /// The position numbers the network sees, shape `[tokens]`; `nil` stands for 0, 1, 2, ….
  public var positionIDs: [Int]?
  /// Which positions see each other; `nil` stands for the pattern that the model was made for.
  public var attention: AttentionPattern?
  /// Positions that some others do not see besides; `nil` hides none.
  public var groups: AttentionGroups?
  /// Positions that see exactly these ranges of positions, whatever else is said.
  public var sights: [Int: [Range<Int>]] = [:]
  /// The share of layers, counted from the last, whose mean attention is wanted; `nil` wants none.
  public var attentionShare: Double?

  /// Creates a question.
  public init(tokens: [TokenID], wanted: [Int], positionIDs: [Int]? = nil) {
    self.tokens = tokens
    self.wanted = wanted
    self.positionIDs = positionIDs
  }

  /// Creates a question about `canvas` as it is.
  public init(_ canvas: Canvas, wanted: [Int]) {
    self.init(tokens: canvas.tokens, wanted: wanted)
  }
}

/// What a strategy asks the predictor in one forward pass.
public struct Question: Equatable, Sendable {
  /// The tokens the predictor reads; those of the canvas come first, more may follow.
  public var tokens: [TokenID]
  /// The positions whose distributions are wanted, ascending.
  public var wanted: [Int]
  /// The position numbers the network sees, shape `[tokens]`; `nil` stands for 0, 1, 2, ….
  public var positionIDs: [Int]?

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

/// What the predictor thinks of one position: the most probable tokens, and how sure it is.
public struct Opinion: Equatable, Sendable {
  /// The position.
  public var position: Int
  /// The entropy of the (guided) distribution, in nats.
  public var entropy: Double
  /// The probability of the best token minus that of the second, in 0...1; does not depend on how
  /// many tokens are listed.
  public var margin: Double
  /// The most probable tokens, best first.
  public var top: [TokenProbability]

  /// Creates an opinion.
  ///
  /// Without a `margin` it is read off `top`, where a second token that is not listed counts as 0.
  public init(
    position: Int, entropy: Double, margin: Double? = nil, top: [TokenProbability]
  ) {
    self.position = position
    self.entropy = entropy
    self.margin =
      margin
      ?? (top.first?.probability ?? 0) - (top.count > 1 ? top[1].probability : 0)
    self.top = top
  }

  /// A token and its probability; with guidance also what either pass alone says.
  public struct TokenProbability: Equatable, Sendable {
    /// The token.
    public var token: TokenID
    /// The probability after guidance and suppression, in 0...1.
    public var probability: Double
    /// The probability with the prompt visible; `nil` without guidance.
    public var conditional: Double?
    /// The probability with the prompt masked; `nil` without guidance.
    public var unconditional: Double?

    /// Creates a probability.
    public init(
      token: TokenID, probability: Double, conditional: Double? = nil, unconditional: Double? = nil
    ) {
      self.token = token
      self.probability = probability
      self.conditional = conditional
      self.unconditional = unconditional
    }
  }
}

/// Returns the indices of the `count` largest values, largest first, lower indices first among
/// equals.
///
/// - Complexity: O(`row.count` · log `count`) on average for random rows.
package func largestIndices(of row: UnsafeBufferPointer<Float>, count: Int) -> [Int] {
  var best: [Int] = []
  guard count > 0 else { return best }
  for (index, value) in row.enumerated() {
    if best.count == count, value <= row[best[count - 1]] { continue }
    var place = best.count
    while place > 0, row[best[place - 1]] < value { place -= 1 }
    best.insert(index, at: place)
    if best.count > count { best.removeLast() }
  }
  return best
}

/// The syntax tree of a split pattern.
indirect enum SplitNode: Sendable {
  /// How often a repetition matches when it may choose.
  enum Greed: Sendable {
    /// As often as possible, less often if the rest of the pattern needs it: `a*`.
    case greedy
    /// As seldom as possible: `a*?`.
    case lazy
    /// As often as possible, never less often: `a*+`.
    case possessive
  }

  /// A condition on a position.
  enum Anchor: Sendable {
    case lineStart
    case lineEnd
    case textStart
    case textEnd
  }

  case set(ScalarSet)
  case sequence([SplitNode])
  case alternation([SplitNode])
  case repetition(SplitNode, least: Int, most: Int?, Greed)
  case lookahead(SplitNode, isNegative: Bool)
  case atomic(SplitNode)
  case anchor(Anchor)

  /// Whether the node can match no scalar at all.
  var canBeEmpty: Bool {
    switch self {
    case .set: false
    case .sequence(let nodes): nodes.allSatisfy(\.canBeEmpty)
    case .alternation(let nodes): nodes.contains(where: \.canBeEmpty)
    case .repetition(let node, let least, _, _): least == 0 || node.canBeEmpty
    case .lookahead, .anchor: true
    case .atomic(let node): node.canBeEmpty
    }
  }
}

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
    /// The end, or before a line break that ends the text.
    case textEndOrLastBreak
    case wordBoundary
    case notWordBoundary
  }

  case set(ScalarSet)
  case sequence([SplitNode])
  case alternation([SplitNode])
  case repetition(SplitNode, least: Int, most: Int?, Greed)
  case lookahead(SplitNode, isNegative: Bool)
  case lookbehind(SplitNode, length: Int, isNegative: Bool)
  case atomic(SplitNode)
  case anchor(Anchor)

  /// Whether the node can match no scalar at all.
  var canBeEmpty: Bool {
    switch self {
    case .set: false
    case .sequence(let nodes): nodes.allSatisfy(\.canBeEmpty)
    case .alternation(let nodes): nodes.contains(where: \.canBeEmpty)
    case .repetition(let node, let least, _, _): least == 0 || node.canBeEmpty
    case .lookahead, .lookbehind, .anchor: true
    case .atomic(let node): node.canBeEmpty
    }
  }

  /// The number of scalars of every match, or `nil` when matches differ in length.
  var fixedLength: Int? {
    switch self {
    case .set: return 1
    case .sequence(let nodes):
      var sum = 0
      for node in nodes {
        guard let length = node.fixedLength else { return nil }
        sum += length
      }
      return sum
    case .alternation(let nodes):
      let lengths = Set(nodes.map(\.fixedLength))
      return lengths.count == 1 ? lengths.first ?? nil : nil
    case .repetition(let node, let least, let most, _):
      guard least == most, let length = node.fixedLength else { return nil }
      return least * length
    case .lookahead, .lookbehind, .anchor: return 0
    case .atomic(let node): return node.fixedLength
    }
  }
}

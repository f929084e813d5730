/// Which positions a position of a row can see.
public enum AttentionPattern: Hashable, Sendable {
  /// All: the usual pattern of masked diffusion.
  case full
  /// Itself and those before it.
  case causal
  /// Its own block, in both directions, and the blocks before.
  ///
  /// The first block has `firstLength` positions (1 or more), the others have `length`.
  case blockCausal(length: Int, firstLength: Int)
  /// Those at most `radius` away, in both directions.
  case window(radius: Int)

  /// Blocks of `length` that are counted from the first position of the row.
  public static func blockCausal(length: Int) -> AttentionPattern {
    .blockCausal(length: length, firstLength: length)
  }

  /// Blocks of `length`, one of which begins at `start`: the first block may be shorter.
  public static func blockCausal(length: Int, from start: Int) -> AttentionPattern {
    let rest = start % max(1, length)
    return .blockCausal(length: length, firstLength: rest == 0 ? length : rest)
  }

  /// Whether no position sees what is written behind its block, so that the keys and values of a
  /// finished block never change.
  public var isOrdered: Bool {
    switch self {
    case .causal, .blockCausal: true
    case .full, .window: false
    }
  }

  /// Returns the positions, of `count`, that belong to the block of `position`.
  ///
  /// A causal position is a block of its own; the other patterns have one block.
  public func block(of position: Int, count: Int) -> Range<Int> {
    switch self {
    case .full, .window: return 0..<count
    case .causal: return position..<position + 1
    case .blockCausal(let length, let firstLength):
      guard position >= firstLength else { return 0..<min(firstLength, count) }
      let start = firstLength + (position - firstLength) / length * length
      return start..<min(start + length, count)
    }
  }

  /// Returns the positions, of `count`, that `position` sees.
  public func visible(from position: Int, count: Int) -> Range<Int> {
    switch self {
    case .full: 0..<count
    case .causal, .blockCausal: 0..<block(of: position, count: count).upperBound
    case .window(let radius): max(0, position - radius)..<min(count, position + radius + 1)
    }
  }
}

/// Positions that some others do not see, whatever the pattern.
///
/// A second look at a canvas, for example, appends rows that stand in for some positions: each
/// hides the position itself, and all others hide those rows.
public struct AttentionGroups: Equatable, Sendable {
  /// The group each position belongs to; shape `[positions]`.
  public var memberships: [UInt32]
  /// The group that each position does not see, 0 for none; shape `[positions]`.
  public var hidden: [UInt32]

  /// Creates groups.
  public init(memberships: [UInt32], hidden: [UInt32]) {
    self.memberships = memberships
    self.hidden = hidden
  }
}

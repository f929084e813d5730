package import MaskedDiffusion

/// The merges of byte-pair encoding: which pairs of tokens become one, and which do so first.
package struct MergeTable: Sendable {
  /// What becomes of a pair.
  package struct Merge: Equatable, Sendable {
    /// Merges of smaller rank come first.
    package let rank: Int32
    /// The token the pair becomes.
    package let token: TokenID

    /// Creates a merge.
    package init(rank: Int32, token: TokenID) {
      self.rank = rank
      self.token = token
    }
  }

  /// No pair, because identifiers are not negative.
  private static let noPair = UInt64.max

  /// An open-addressed hash table; encoding spends most of its time looking into it.
  private var pairs: [UInt64]
  private var merges: [Merge]
  private let mask: Int

  /// Creates a table for at most `capacity` merges.
  package init(capacity: Int) {
    var size = 16
    while size < 2 * capacity { size *= 2 }
    mask = size - 1
    pairs = Array(repeating: Self.noPair, count: size)
    merges = Array(repeating: Merge(rank: 0, token: 0), count: size)
  }

  /// Adds a merge; it takes the place of an earlier one of the same pair.
  package mutating func insert(_ left: TokenID, _ right: TokenID, _ merge: Merge) {
    let slot = slot(of: left, right)
    pairs[slot] = Self.pair(left, right)
    merges[slot] = merge
  }

  /// What becomes of `left` and `right`, or `nil` if they stay apart.
  package subscript(left: TokenID, right: TokenID) -> Merge? {
    let slot = slot(of: left, right)
    return pairs[slot] == Self.noPair ? nil : merges[slot]
  }

  private static func pair(_ left: TokenID, _ right: TokenID) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// The place of a pair, or the free place where it would be.
  private func slot(of left: TokenID, _ right: TokenID) -> Int {
    let pair = Self.pair(left, right)
    // Multiplying by 2⁶⁴ / golden ratio spreads consecutive identifiers over the upper bits.
    var slot = Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while pairs[slot] != pair, pairs[slot] != Self.noPair { slot = (slot + 1) & mask }
    return slot
  }
}

/// A partial order of the positions of an answer, as users write it: `0-3>8>4-7/9>10+12`.
///
/// Positions count from the start of the answer. `a>b` says that all of a come before all of b; chains
/// stand between slashes, positions of a part are joined by `+`, and `0-3` stands for four of them.
/// Positions that are not named wait for nothing.
public struct PositionOrder: Equatable, Sendable {
  /// The most positions an order may name.
  static let limit = 1024
  /// The largest position.
  static let bound = 65_536

  /// What each position waits for.
  private(set) var before: [Int: Set<Int>] = [:]

  /// Reads an order; `nil` when the text is none, names too many positions, or goes in a circle.
  public init?(_ text: String) {
    var count = 0
    for chain in text.split(separator: "/", omittingEmptySubsequences: false) {
      var previous: Set<Int> = []
      for part in chain.split(separator: ">", omittingEmptySubsequences: false) {
        guard let positions = Self.positions(part, limit: Self.limit - count) else { return nil }
        count += positions.count
        for position in positions { before[position, default: []].formUnion(previous) }
        previous = positions
      }
    }
    guard !goesInACircle else { return nil }
  }

  private static func positions(_ text: Substring, limit: Int) -> Set<Int>? {
    var positions: Set<Int> = []
    for range in text.split(separator: "+", omittingEmptySubsequences: false) {
      let ends = range.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        first >= 0, first <= last, last <= bound, last - first < limit
      else { return nil }
      positions.formUnion(first...last)
    }
    return positions.count <= limit ? positions : nil
  }

  /// Takes away positions that wait for nothing until there are none; a circle is what stays.
  private var goesInACircle: Bool {
    var left = before
    while true {
      let free = Set(left.filter { $0.value.isEmpty }.keys)
      guard !free.isEmpty else { return !left.isEmpty }
      for position in free { left[position] = nil }
      for (position, waits) in left { left[position] = waits.subtracting(free) }
    }
  }
}

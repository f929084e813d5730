package import MaskedDiffusion

/// Merging of long pieces: a linked list of tokens and a queue of the pairs in it.
///
/// - Complexity: O(*n* log *n*) for *n* characters.
package struct MergeQueue {
  /// A pair that can be merged, unless one of its tokens has been merged since.
  private struct Candidate {
    let rank: Int32
    let position: Int

    static func < (left: Candidate, right: Candidate) -> Bool {
      left.rank == right.rank ? left.position < right.position : left.rank < right.rank
    }
  }

  private let table: MergeTable
  /// The tokens; −1 where one was merged into its left neighbour.
  private var tokens: [TokenID]
  private var previous: [Int]
  private var next: [Int]
  /// A binary heap, the smallest candidate first.
  private var heap: [Candidate] = []

  /// Returns `characters` merged as far as `table` allows.
  package static func merge(_ characters: ArraySlice<TokenID>, by table: MergeTable) -> [TokenID] {
    var queue = MergeQueue(characters, table)
    while let candidate = queue.popFirst() { queue.merge(candidate) }
    return queue.tokens.filter { $0 >= 0 }
  }

  private init(_ characters: ArraySlice<TokenID>, _ table: MergeTable) {
    self.table = table
    tokens = Array(characters)
    previous = Array(-1..<tokens.count - 1)
    next = Array(1..<tokens.count + 1)
    for position in tokens.indices { enqueue(position) }
  }

  /// Merges a pair unless it is out of date.
  private mutating func merge(_ candidate: Candidate) {
    let position = candidate.position
    let right = next[position]
    guard right < tokens.count, tokens[position] >= 0,
      let merge = table[tokens[position], tokens[right]], merge.rank == candidate.rank
    else { return }
    tokens[position] = merge.token
    tokens[right] = -1
    next[position] = next[right]
    if next[right] < tokens.count { previous[next[right]] = position }
    if previous[position] >= 0 { enqueue(previous[position]) }
    enqueue(position)
  }

  /// Adds the pair that begins at `position`, if it can be merged.
  private mutating func enqueue(_ position: Int) {
    guard next[position] < tokens.count,
      let merge = table[tokens[position], tokens[next[position]]]
    else { return }
    heap.append(Candidate(rank: merge.rank, position: position))
    var child = heap.count - 1
    while child > 0, heap[child] < heap[(child - 1) / 2] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func popFirst() -> Candidate? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if heap.isEmpty { return first }
    heap[0] = last
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child] < heap[smallest] {
        smallest = child
      }
      if smallest == parent { return first }
      heap.swapAt(parent, smallest)
      parent = smallest
    }
  }
}

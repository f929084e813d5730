import Tokenizers
import MaskedDiffusion
import Testing

@Suite struct MergeQueueTests {
  /// Merges by the definition: the pair of smallest rank, the leftmost of equals, until none is left.
  private func mergedByDefinition(_ tokens: [TokenID], _ table: MergeTable) -> [TokenID] {
    var tokens = tokens
    while true {
      let pairs = tokens.indices.dropLast().compactMap { index in
        table[tokens[index], tokens[index + 1]].map { (index: index, merge: $0) }
      }
      guard let best = pairs.min(by: { $0.merge.rank < $1.merge.rank }) else { return tokens }
      tokens.replaceSubrange(best.index...best.index + 1, with: [best.merge.token])
    }
  }

  @Test func mergesAsTheDefinitionDoes() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      var table = MergeTable(capacity: 40)
      for rank in Int32(0)..<40 {
        let below = 4 + rank
        table.insert(
          .random(in: 0..<below, using: &random), .random(in: 0..<below, using: &random),
          .init(rank: rank, token: below))
      }
      let tokens = (0..<60).map { _ in TokenID.random(in: 0..<4, using: &random) }
      #expect(MergeQueue.merge(tokens[...], by: table) == mergedByDefinition(tokens, table))
    }
  }

  @Test func mergesNothingInNothing() {
    #expect(MergeQueue.merge([], by: MergeTable(capacity: 0)).isEmpty)
  }
}

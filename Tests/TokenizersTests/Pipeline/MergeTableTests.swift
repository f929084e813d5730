import Tokenizers
import Testing

@Suite struct MergeTableTests {
  @Test func findsWhatWasInserted() {
    var table = MergeTable(capacity: 1000)
    for id in Int32(0)..<1000 { table.insert(id, 999 - id, .init(rank: id, token: id + 1000)) }
    for id in Int32(0)..<1000 {
      #expect(table[id, 999 - id] == .init(rank: id, token: id + 1000))
      #expect(table[id, 1000 - id] == nil)
    }
  }

  @Test func theLastMergeOfAPairCounts() {
    var table = MergeTable(capacity: 2)
    table.insert(1, 2, .init(rank: 0, token: 3))
    table.insert(1, 2, .init(rank: 7, token: 3))
    #expect(table[1, 2] == .init(rank: 7, token: 3))
  }

  @Test func anEmptyTableFindsNothing() { #expect(MergeTable(capacity: 0)[0, 0] == nil) }
}

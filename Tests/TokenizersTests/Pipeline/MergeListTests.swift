import Tokenizers
import Testing

@Suite struct MergeListTests {
  private let vocabulary = ###"{"a": 0, "b": 1, "ab": 2, "#": 3, "##": 4}"###

  @Test(arguments: [#"["a b"]"#, #"[["a", "b"]]"#])
  func readsBothSpellingsOfAPair(json: String) throws {
    let table = try MergeList(field(json)).table(for: Vocabulary(field(vocabulary)))
    #expect(table[0, 1] == .init(rank: 0, token: 2))
  }

  @Test func readsLinesAfterTheVersion() throws {
    let list = try MergeList(text: "#version: 0.2\n\n# #\r\na b\n", path: "merges.txt")
    let table = try list.table(for: Vocabulary(field(vocabulary)))
    #expect(table[3, 3]?.token == 4)
    #expect(table[0, 1]?.token == 2)
  }

  @Test(arguments: [
    #"["ab"]"#, #"["a b c"]"#, #"[" b"]"#, #"[["a"]]"#, #"[["a", 1]]"#, "[7]", "{}",
  ])
  func refusesWhatIsNoPair(json: String) throws {
    let field = try field(json)
    #expect(throws: TokenizerError.self) { try MergeList(field) }
  }

  @Test func namesTheLineThatIsNoPair() {
    #expect(
      throws: TokenizerError.malformed(
        path: "merges.txt", field: "line 2", found: "“ab”",
        expected: "two tokens with a space between them")
    ) { try MergeList(text: "a b\nab\n", path: "merges.txt") }
  }

  @Test(arguments: [(#"["a b", "a x"]"#, 1, "x"), (#"["b a"]"#, 0, "ba")])
  func refusesMergesOfOrIntoUnknownTokens(json: String, index: Int, token: String) throws {
    let list = try MergeList(field(json))
    let vocabulary = try Vocabulary(field(vocabulary))
    #expect(throws: TokenizerError.unknownMerge(path: "t.json", index: index, token: token)) {
      try list.table(for: vocabulary)
    }
  }
}

import Tokenizers
import Testing

/// The expected pieces were computed with the package tokenizers 0.22.1.
@Suite struct MetaspaceTests {
  private func pieces(_ members: String, _ text: String, opensText: Bool) throws -> [String] {
    var pieces: [String] = []
    let metaspace = try Metaspace(field("{\(members)}"))
    metaspace.split(Array(text.unicodeScalars)[...], opensText: opensText) { piece, _ in
      pieces.append(piece.map(String.init).joined())
    }
    return pieces
  }

  @Test(arguments: [
    (#""prepend_scheme": "first""#, "a b ", ["▁a", "▁b", "▁"]),
    (#""prepend_scheme": "first", "split": false"#, "  a", ["▁▁a"]),
    (#""prepend_scheme": "always""#, "a ▁ b", ["▁a", "▁", "▁", "▁b"]),
    (#""prepend_scheme": "never""#, "x▁▁y ", ["x", "▁", "▁y", "▁"]),
    (#""add_prefix_space": false"#, "a", ["a"]),
    (#""add_prefix_space": true"#, "a", ["▁a"]),
    (#""replacement": "_""#, "a b", ["_a", "_b"]),
  ])
  func writesSpacesAsAnotherScalar(members: String, text: String, expected: [String]) throws {
    #expect(try pieces(members, text, opensText: true) == expected)
  }

  @Test func onlyAlwaysPrependsInsideATextToo() throws {
    #expect(try pieces(#""prepend_scheme": "first""#, "a", opensText: false) == ["a"])
    #expect(try pieces(#""prepend_scheme": "always""#, "a", opensText: false) == ["▁a"])
  }

  @Test func decodesSpacesExceptThoseInFront() throws {
    let metaspace = try Metaspace(field("{}"))
    #expect(metaspace.decode("▁▁a▁", opensText: true) == "a")
    #expect(metaspace.decode("▁b", opensText: false) == " b")
    let never = try Metaspace(field(#"{"prepend_scheme": "never"}"#))
    #expect(never.decode("▁a", opensText: true) == " a")
  }
}

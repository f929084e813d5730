import JSON
import Testing

@Suite struct JSONValueTests {
  @Test func summarizesLargeValues() {
    #expect(JSONValue.array([.null, .null]).summary == "an array of 2")
    #expect(JSONValue.object([]).summary == "an object of 0")
    let long = String(repeating: "x", count: 50)
    #expect(JSONValue.string(long).summary == "“\(String(repeating: "x", count: 40))…”")
  }

  @Test func escapesControlCharacters() {
    #expect(JSONValue.string("a\u{1B}b").summary == #"“a\u{1B}b”"#)
  }

  @Test func takesTheLastOfRepeatedKeys() {
    let object = JSONValue.object([
      JSONValue.Member(key: "a", value: .integer(1)),
      JSONValue.Member(key: "a", value: .integer(2)),
    ])
    #expect(object["a"]?.summary == "2")
  }
}

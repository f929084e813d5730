import Testing

import Inference

@Suite struct JSONParserTests {
  func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

  @Test func readsEveryKindOfValue() throws {
    let document = try parse(
      #" {"a": [1, -2, 3.5, 1e3], "b": {"c": null}, "d": true, "e": false, "f": "x"} "#)
    #expect(
      document
        == .object([
          "a": .array([.integer(1), .integer(-2), .number(3.5), .number(1000)]),
          "b": .object(["c": .null]), "d": .bool(true), "e": .bool(false), "f": .string("x"),
        ]))
  }

  @Test func readsEscapes() throws {
    #expect(
      try parse(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#) == .string("\"\\/\u{8}\u{C}\n\r\té😀"))
  }

  @Test func keepsWholeNumbersThatFitExact() throws {
    #expect(try parse("9223372036854775807") == .integer(.max))
    #expect(try parse("9223372036854775808") == .number(9.223372036854775808e18))
    #expect(try parse("96.0").wholeNumber == 96)
    #expect(try parse("9.5").wholeNumber == nil)
    #expect(try parse("1e300").wholeNumber == nil)
  }

  @Test func readsTheNumbersPythonWrites() throws {
    #expect(
      try parse("[Infinity, -Infinity]") == .array([.number(.infinity), .number(-.infinity)]))
    #expect(try parse("NaN").double?.isNaN == true)
  }

  @Test(arguments: [
    ("", JSONError(offset: 0, reason: "unexpected end")),
    ("{\"a\":1,\"a\":2}", JSONError(offset: 7, reason: "'a' occurs twice")),
    ("[1,]", JSONError(offset: 3, reason: "expected a value")),
    ("[01]", JSONError(offset: 1, reason: "expected a value")),
    ("[1.]", JSONError(offset: 3, reason: "expected a digit")),
    ("[1 2]", JSONError(offset: 3, reason: "expected ',' or ']'")),
    ("{\"a\" 1}", JSONError(offset: 5, reason: "expected ':'")),
    ("{1:2}", JSONError(offset: 1, reason: "expected a member name")),
    ("\"abc", JSONError(offset: 0, reason: "a text without end")),
    ("\"\u{1}\"", JSONError(offset: 1, reason: "a control character in a text")),
    ("\"\\x\"", JSONError(offset: 2, reason: "an unknown escape")),
    ("\"\\ud800\"", JSONError(offset: 3, reason: "half a surrogate pair")),
    ("truth", JSONError(offset: 0, reason: "expected a value")),
    ("1 1", JSONError(offset: 2, reason: "unexpected text after the document")),
  ])
  func saysWhereAndWhy(text: String, error: JSONError) {
    #expect(throws: error) { try parse(text) }
  }

  @Test func refusesTextThatIsNotUTF8() {
    #expect(throws: JSONError(offset: 0, reason: "a text that is not UTF-8")) {
      try JSONValue(parsing: [0x22, 0xFF, 0x22])
    }
  }

  @Test func refusesNestingThatWouldExhaustTheStack() {
    #expect(throws: JSONError(offset: 100, reason: "more than 100 levels")) {
      try parse(String(repeating: "[", count: 100_000))
    }
  }
}

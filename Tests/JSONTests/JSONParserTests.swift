import JSON
import Testing

@Suite struct JSONParserTests {
  private func parse(_ text: String) throws(JSONSyntaxError) -> JSONValue {
    try JSONParser.parse(Array(text.utf8))
  }

  @Test func readsEveryKindOfValue() throws {
    let document = try parse(
      #" {"a": [1, -2, 3.5, 1e2, true, false, null, ""], "b": {"c": "d"}} "#)
    guard case .array(let elements)? = document["a"] else {
      Issue.record("no array")
      return
    }
    #expect(
      elements.map(\.summary) == ["1", "-2", "3.5", "100.0", "true", "false", "null", "“”"])
    #expect(document["b"]?["c"]?.summary == "“d”")
    #expect(document["e"] == nil)
  }

  @Test func readsNumbersThatPythonWrites() throws {
    let document = try parse(#"[NaN, Infinity, -Infinity]"#)
    guard case .array(let elements) = document else {
      Issue.record("no array")
      return
    }
    #expect(elements.map(\.summary) == ["nan", "inf", "-inf"])
    #expect(elements.allSatisfy { $0.wholeNumber == nil })
    for text in ["Nan", "-NaN", "Inf", "+Infinity"] {
      #expect(throws: JSONSyntaxError.self) { try parse(text) }
    }
  }

  @Test func skipsAByteOrderMark() throws {
    #expect(try parse("\u{FEFF}[1]").elements?.count == 1)
    #expect(throws: JSONSyntaxError.self) { try parse("\u{FEFF}\u{FEFF}[1]") }
  }

  @Test func readsIntegersThatOverflowAsNumbers() throws {
    guard case .number(let number) = try parse("1000000000000000019884624838656") else {
      Issue.record("no number")
      return
    }
    #expect(number == 1e30)
  }

  @Test(arguments: [
    (#""\u00e9\n\t\"\\\/""#, "é\n\t\"\\/"),
    (#""\ud83d\ude42""#, "🙂"),
    (#""a🙂""#, "a🙂"),
  ])
  func readsEscapes(json: String, text: String) throws {
    guard case .string(let string) = try parse(json) else {
      Issue.record("no string")
      return
    }
    #expect(Array(string.utf8) == Array(text.utf8))
  }

  @Test func keepsKeysThatAreCanonicallyEquivalent() throws {
    guard case .object(let members) = try parse(#"{"\u00e9": 1, "e\u0301": 2}"#) else {
      Issue.record("no object")
      return
    }
    #expect(members.map { $0.key.unicodeScalars.count } == [1, 2])
  }

  @Test(arguments: [
    ("", 0, "end of file where a value should be"),
    ("[1", 2, "no comma or closing bracket in an array"),
    ("{\"a\" 1}", 5, "no colon after a key"),
    ("{a}", 1, "no key where one should be"),
    ("{\"a\":1", 6, "no comma or closing brace in an object"),
    ("\"abc", 4, "end of file inside a string"),
    ("\"a\nb\"", 2, "a control character inside a string"),
    (#""\q""#, 3, "an unknown escape in a string"),
    (#""\u12""#, 5, "an escape without four hexadecimal digits"),
    (#""\ud83d""#, 7, "half a surrogate pair"),
    (#""\udc00\ud83d""#, 13, "half a surrogate pair"),
    ("01", 2, "a number that starts with 0"),
    ("1.", 2, "no digit after a decimal point"),
    ("1e", 2, "no digit in an exponent"),
    ("-", 0, "no JSON value"),
    ("nul", 0, "no JSON value"),
    ("1 2", 2, "text after the end of the document"),
  ])
  func saysWhatIsWrongAndWhere(json: String, offset: Int, problem: String) {
    #expect(throws: JSONSyntaxError(offset: offset, problem: problem)) { try parse(json) }
  }

  @Test func refusesStringsThatAreNotUTF8() {
    #expect(throws: JSONSyntaxError.self) { try JSONParser.parse([0x22, 0xC3, 0x22]) }
  }

  @Test func refusesNestingThatCouldExhaustTheStack() {
    #expect(throws: JSONSyntaxError.self) { try parse(String(repeating: "[", count: 100_000)) }
  }
}

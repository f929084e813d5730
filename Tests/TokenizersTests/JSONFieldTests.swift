import Tokenizers
import Testing

@Suite struct JSONFieldTests {
  @Test func namesTheFieldItComplainsAbout() throws {
    let text = try field(#"{"a": {"b": [1, "x"]}}"#)["a"]["b"].elements()[0]
    #expect(
      throws: TokenizerError.malformed(
        path: "t.json", field: "a.b[0]", found: "1", expected: "a string")
    ) { try text.string() }
  }

  @Test func takesWhatIsMissingForNull() throws {
    let missing = try field(#"{"a": 1}"#)["b"]["c"]
    #expect(missing.isNull)
    #expect(try missing.boolean(default: true))
    #expect(try missing.count(default: 3) == 3)
    #expect(try missing.optionalString() == nil)
    #expect(try missing.elements().isEmpty)
    #expect(try missing.members().isEmpty)
  }

  @Test(arguments: ["-1", "2147483648", "1.5", "\"1\"", "null"])
  func refusesWhatIsNoToken(json: String) throws {
    let field = try field(json)
    #expect(throws: TokenizerError.self) { try field.token() }
  }

  @Test func refusesOtherTypes() throws {
    let number = try field("-1")
    #expect(throws: TokenizerError.self) { try number.boolean(default: true) }
    #expect(throws: TokenizerError.self) { try number.count(default: 0) }
    #expect(throws: TokenizerError.self) { try number.elements() }
    #expect(throws: TokenizerError.self) { try number.members() }
  }
}

import Foundation
import JSON
import Testing

@Suite struct TokenizeCommandTests {
  static let tokenizers = [
    "bytelevel-llada-a", "bytelevel-qwen-a", "dream-slow-a", "sentencepiece-a",
  ]

  @Test(arguments: tokenizers) func aLineOfJSONAText(_ name: String) throws {
    let cases = try golden(name, "encode")
    let lines = cases.map { line(of: $0["text"]) }.joined()
    let run = try CommandRun(
      "tokenize", "--tokenizer", Fixture.path("tokenizer/\(name)"), "--json", input: lines)
    #expect(run.status == 0)
    let found = try run.output.split(separator: "\n").map { try values(in: $0) }
    #expect(found.count > 200)
    #expect(found == cases.map { $0["ids"].map(integers) ?? [] })
  }

  @Test(arguments: tokenizers) func aLineOfJSONAListOfTokens(_ name: String) throws {
    let cases = try golden(name, "decode")
    let lines = cases.map { "\($0["ids"].map(integers) ?? [])\n" }.joined()
    let run = try CommandRun(
      "tokenize", "--tokenizer", Fixture.path("tokenizer/\(name)"), "--json", "--decode",
      input: lines)
    let found = try run.output.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8)) }
    // Compared scalar by scalar: Swift takes canonically equivalent texts for equal.
    #expect(found.map(line) == cases.map { line(of: $0["decoded"]) })
  }

  @Test func piecesAndIdentifiersInATable() throws {
    let run = try CommandRun("tokenize", "--model", Fixture.path("llada/tiny-a"), "a\u{1B}")
    #expect(run.status == 0)
    #expect(run.output.hasPrefix(" id  piece\n"))
    #expect(run.output.contains("'a'"))
    #expect(run.output.contains("'␛'"))
  }

  @Test func identifiersBecomeText() throws {
    let directory = Fixture.path("llada/tiny-a")
    let ids = try CommandRun("tokenize", "--model", directory, "--json", "some text").output
    let list = ids.trimmingCharacters(in: CharacterSet(charactersIn: "[]\n"))
    #expect(
      try CommandRun("tokenize", "--model", directory, "--decode", list).output == "some text\n")
  }

  @Test func aLineThatIsNoStringIsNamed() throws {
    let run = try CommandRun(
      "tokenize", "--model", Fixture.path("llada/tiny-a"), "--json", input: "\"a\"\n[1]\n")
    #expect(run.status == 1)
    #expect(run.errors == "unmask: error: standard input: line 2 is not a JSON string\n")
  }

  @Test func aTokenizerThatIsNotThereIsAFailure() throws {
    let run = try CommandRun("tokenize", "--tokenizer", Fixture.path("smdm/tiny-a"), "a")
    #expect(run.status == 1)
    #expect(run.errors.contains("no tokenizer here, expected tokenizer.json"))
  }

  /// The cases of a golden file, read by the engine's own reader: Foundation's drops byte order
  /// marks.
  private func golden(_ name: String, _ kind: String) throws -> [JSONValue] {
    let path = Fixture.path("tokenizer/\(name)/golden.json")
    let document = try JSONParser.parse([UInt8](Data(contentsOf: URL(filePath: path))))
    guard case .array(let cases)? = document[kind] else { return [] }
    return cases
  }

  /// A string as a line of JSON with nothing but ASCII.
  private func line(of value: JSONValue?) -> String {
    guard case .string(let text)? = value else { return "null\n" }
    let units = text.utf16.map { unit in
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
    return "\"\(units.joined())\"\n"
  }

  private func values(in line: Substring) throws -> [Int] {
    integers(try JSONParser.parse(Array(line.utf8)))
  }

  private func integers(_ value: JSONValue) -> [Int] {
    guard case .array(let elements) = value else { return [] }
    return elements.compactMap { if case .integer(let number) = $0 { number } else { nil } }
  }
}

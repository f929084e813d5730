import Foundation
import Testing

@Suite struct TokenizeCommandTests {
  static let tokenizers = [
    "bytelevel-llada-a", "bytelevel-qwen-a", "dream-slow-a", "sentencepiece-a",
  ]

  @Test(arguments: tokenizers) func aLineOfJSONAText(_ name: String) throws {
    let cases = try Fixture.json("tokenizer/\(name)/golden.json")["encode"].elements
    let lines = try cases.map { try json($0["text"].value) + "\n" }.joined()
    let run = try CommandRun(
      "tokenize", "--tokenizer", Fixture.path("tokenizer/\(name)"), "--json", input: lines)
    #expect(run.status == 0)
    let found = try run.output.split(separator: "\n").map { line in
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Int]
    }
    #expect(found == cases.map { $0["ids"].integers })
  }

  @Test(arguments: tokenizers) func aLineOfJSONAListOfTokens(_ name: String) throws {
    let cases = try Fixture.json("tokenizer/\(name)/golden.json")["decode"].elements
    let lines = try cases.map { try json($0["ids"].value) + "\n" }.joined()
    let run = try CommandRun(
      "tokenize", "--tokenizer", Fixture.path("tokenizer/\(name)"), "--json", "--decode",
      input: lines)
    let found = try run.output.split(separator: "\n").map { line in
      try JSONSerialization.jsonObject(with: Data(line.utf8), options: .fragmentsAllowed) as? String
    }
    #expect(found == cases.map { $0["decoded"].string })
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

  private func json(_ value: Any?) throws -> String {
    let data = try JSONSerialization.data(
      withJSONObject: value ?? NSNull(), options: .fragmentsAllowed)
    return String(decoding: data, as: UTF8.self)
  }
}

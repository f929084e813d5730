import Testing
import Training
import _TestSupport

@Suite("Files of texts")
struct TextFileTests {
  @Test func plainTextsAreSeparatedByTheEnd() throws {
    let folder = try ScratchDirectory()
    let path = try folder.file("a.txt", "one\nmore<|endoftext|>\ntwo\n<|endoftext|>\n".utf8)
    #expect(try TrainingText.read(path) == [TrainingText("one\nmore"), TrainingText("two\n")])
  }

  @Test func linesAreStringsOrObjects() throws {
    let folder = try ScratchDirectory()
    let path = try folder.file(
      "a.jsonl",
      "\"one\\ntwo\"\n\n{\"text\": \"three\"}\r\n{\"prompt\": \"4?\", \"response\": \" 4.\"}\n".utf8
    )
    #expect(
      try TrainingText.read(path) == [
        TrainingText("one\ntwo"), TrainingText("three"), TrainingText(" 4.", prompt: "4?"),
      ])
  }

  @Test func whatIsNoTextIsNamed() throws {
    let folder = try ScratchDirectory()
    let lines = try folder.file("a.jsonl", "\"one\"\n{\"txt\": 1}\n".utf8)
    #expect(throws: TrainingError.malformedLine(path: lines, line: 2)) {
      try TrainingText.read(lines)
    }
    let bytes = try folder.file("a.txt", [0x61, 0xFF])
    #expect(throws: TrainingError.notUTF8(path: bytes)) { try TrainingText.read(bytes) }
    let empty = try folder.file("b.txt")
    #expect(throws: TrainingError.noTexts(path: empty)) { try TrainingText.read(empty) }
    let none = folder.path + "/none.txt"
    #expect(throws: TrainingError.unreadable(path: none)) { try TrainingText.read(none) }
  }
}

import Tokenizers
import Testing

@Suite struct TokenizerErrorTests {
  @Test(arguments: [
    (
      TokenizerError.notFound(path: "m", found: ["tokenizer.model"]),
      "m: no tokenizer here, expected tokenizer.json, vocab.json with merges.txt, tokenizer.model or vocab.txt, found tokenizer.model"
    ),
    (.unreadable(path: "t.json", reason: "no such file"), "t.json: cannot be read: no such file"),
    (
      .notJSON(path: "t.json", offset: 3, problem: "no JSON value"),
      "t.json: not valid JSON at byte 3: no JSON value"
    ),
    (
      .malformed(path: "t.json", field: "model", found: "1", expected: "an object"),
      "t.json: model is 1, expected an object"
    ),
    (
      .unsupported(path: "t.json", field: "model.type", found: "“X”", supported: ["BPE"]),
      "t.json: model.type is “X”, supported: BPE"
    ),
    (
      .conflictingToken(path: "t.json", token: "a", id: 1, other: "“b”"),
      "t.json: token “a” has id 1, which conflicts with “b”"
    ),
    (
      .idOutOfRange(path: "t.json", token: "a", id: -1, limit: 8),
      "t.json: token “a” has id -1, expected 0 to 7"
    ),
    (
      .unknownMerge(path: "t.json", index: 4, token: "ab"),
      "t.json: merge 4 needs “ab”, which is not in the vocabulary"
    ),
  ])
  func isOneSentenceThatNamesTheFile(error: TokenizerError, sentence: String) {
    #expect("\(error)" == sentence)
  }

  @Test func hintsSayWhatToDo() {
    let error = TokenizerError.notFound(path: "m", found: ["tokenizer.model"])
    #expect(error.hint?.contains("folder") == true)
    #expect(TokenizerError.unreadable(path: "t.json", reason: "").hint == nil)
  }
}

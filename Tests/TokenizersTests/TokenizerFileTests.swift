import Tokenizers
import Testing

@Suite struct TokenizerFileTests {
  @Test func findsTheTokenizerOfADirectoryOrAFile() throws {
    let folder = try TokenizerFolder([
      "tokenizer.json": TokenizerJSON().text, "other.json": TokenizerJSON().text,
    ])
    #expect(try folder.load().encode("ab") == [3])
    #expect(try folder.load("tokenizer.json").encode("ab") == [3])
    #expect(try folder.load("other.json").encode("ab") == [3])
    #expect(try TokenizerFile.load(folder.path + "/").encode("ab") == [3])
  }

  @Test func readsTheFilesBesideTheOneNamed() throws {
    let folder = try TokenizerFolder([
      "other.json": TokenizerJSON().text, "tokenizer_config.json": #"{"mask_token": "c"}"#,
    ])
    #expect(try folder.load("other.json").roles.mask == 2)
  }

  @Test func saysWhatIsMissing() throws {
    let folder = try TokenizerFolder(["merges.txt": ""])
    #expect(
      throws: TokenizerError.notFound(path: folder.path, found: ["merges.txt"])
    ) { try folder.load() }
    #expect(throws: TokenizerError.self) { try folder.load("tokenizer.model") }
    #expect(
      throws: TokenizerError.unreadable(
        path: folder.path + "/tokenizer.json", reason: "no such file")
    ) { try folder.load("tokenizer.json") }
  }

  @Test(arguments: ["/dev/zero", "/dev/null", ""]) func readsOnlyFiles(path: String) {
    #expect(throws: TokenizerError.self) { try TokenizerFile.load(path) }
  }

  @Test(arguments: [
    ("", "the file is empty"), ("{", "not valid JSON at byte 1"),
    ("{}", "model is null, expected an object"), ("[]", "model is null"),
    (#"{"model": 1}"#, "model is 1, expected an object"),
    (
      #"{"model": {"type": "Bigram"}}"#,
      "model.type is “Bigram”, supported: BPE, WordPiece, WordLevel, Unigram"
    ),
    (#"{"model": {"type": "Unigram"}}"#, "model.vocab is null, expected an array of tokens"),
    (#"{"model": {"type": "BPE"}}"#, "model.vocab is null, expected an object"),
    (#"{"model": {"vocab": {}}}"#, "model.type is null, expected a string"),
    (#"{"model": {"type": "BPE", "vocab": {}}}"#, "model.merges is null, expected an array"),
    (
      #"{"model": {"type": "BPE", "vocab": {}, "merges": []}, "added_tokens": [{"content": "a"}]}"#,
      "added_tokens[0].id is null, expected a token identifier"
    ),
    (
      #"{"model": {"type": "BPE", "vocab": {}, "merges": []}, "decoder": 1}"#,
      "decoder.type is null, expected a string"
    ),
  ])
  func refusesOtherContent(text: String, sentence: String) {
    #expect {
      try TokenizerFile.tokenizer(bytes: Array(text.utf8), path: "t.json")
    } throws: { error in
      "\(error)".hasPrefix("t.json: \(sentence)")
    }
  }

  @Test func anEmptyVocabularyEncodesNothing() throws {
    let text = #"{"model": {"type": "BPE", "vocab": {}, "merges": []}}"#
    let tokenizer = try TokenizerFile.tokenizer(bytes: Array(text.utf8), path: "t.json")
    #expect(tokenizer.encode("a b") == [])
    #expect(tokenizer.vocabularySize == 0)
  }

  @Test func oldFilesNeedNotNameTheModel() throws {
    let text = #"{"model": {"vocab": {"a": 0}, "merges": []}}"#
    let tokenizer = try TokenizerFile.tokenizer(bytes: Array(text.utf8), path: "t.json")
    #expect(tokenizer.encode("a") == [0])
  }
}

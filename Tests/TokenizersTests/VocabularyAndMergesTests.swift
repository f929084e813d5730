import Tokenizers
import Testing

@Suite struct VocabularyAndMergesTests {
  private var files = [
    "vocab.json": #"{"a": 0, "b": 1, "ab": 2, "Ġ": 3, "'": 4, "S": 5, "'S": 6}"#,
    "merges.txt": "#version: 0.2\na b\n' S\n",
    "added_tokens.json": #"{"<mask>": 7}"#,
  ]

  @Test func readsVocabularyMergesAndAddedTokens() throws {
    let folder = try TokenizerFolder(files)
    for file in [nil, "vocab.json", "merges.txt"] {
      let tokenizer = try folder.load(file)
      #expect(tokenizer.encode("ab<mask>a b") == [2, 7, 0, 3, 1])
      #expect(tokenizer.decode([2, 7]) == "ab<mask>")
      #expect(tokenizer.roles.mask == 7)
    }
  }

  @Test func marksOfWindowsEditorsAreNoPartOfAFile() throws {
    let marked = files.mapValues { "\u{FEFF}" + $0.replacing("\n", with: "\r\n") }
    #expect(try TokenizerFolder(marked).load().encode("ab<mask>a b") == [2, 7, 0, 3, 1])
  }

  @Test func aPointerInPlaceOfTheMergesIsCalledByItsName() throws {
    var files = files
    files["merges.txt"] = "version https://git-lfs.github.com/spec/v1\n"
    let folder = try TokenizerFolder(files)
    let error = #expect(throws: TokenizerError.self) { try folder.load() }
    #expect(error?.description.contains("merges.txt: a Git LFS pointer") == true)
  }

  @Test func theClassSaysHowTextIsCut() throws {
    var files = files
    files["tokenizer_config.json"] = #"{"tokenizer_class": "DreamTokenizer"}"#
    #expect(try TokenizerFolder(files).load().encode("'S") == [6])
    files["tokenizer_config.json"] = #"{"tokenizer_class": "GPT2Tokenizer"}"#
    #expect(try TokenizerFolder(files).load().encode("'S") == [4, 5])
    files["tokenizer_config.json"] = #"{"tokenizer_class": "T5Tokenizer"}"#
    let folder = try TokenizerFolder(files)
    #expect(
      throws: TokenizerError.unsupported(
        path: folder.path + "/tokenizer_config.json", field: "tokenizer_class",
        found: "“T5Tokenizer”", supported: ["DreamTokenizer", "Qwen2Tokenizer", "GPT2Tokenizer"])
    ) { try folder.load() }
  }

  @Test func addedTokensAreFoundAfterComposition() throws {
    // A combining mark takes away the last character of what would be a token.
    #expect(try TokenizerFolder(files).load().encode("<mask>\u{338}b") == [0, 1])
  }

  @Test func namesTheFileThatIsBroken() throws {
    for (file, text) in [
      ("vocab.json", "{"), ("merges.txt", "a\n"), ("merges.txt", "a x\n"),
      ("added_tokens.json", "[]"), ("added_tokens.json", #"{"x": -1}"#),
    ] {
      var files = files
      files[file] = text
      let folder = try TokenizerFolder(files)
      #expect {
        try folder.load()
      } throws: { error in
        "\(error)".hasPrefix("\(folder.path)/\(file): ")
      }
    }
  }
}

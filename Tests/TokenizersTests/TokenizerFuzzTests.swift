import Foundation
import JSON
import Tokenizers
import MaskedDiffusion
import Testing

/// Damaged tokenizer files give an error or a tokenizer that works, but never a trap or a hang.
///
/// `UNMASK_FUZZ_SECONDS` says how long to go on; without it a fixed number of files is tried.
/// `UNMASK_FUZZ_SEED` is the first seed. While the time runs, the file being tried is kept
/// as `unmask-fuzz-tokenizer.json` in the temporary directory, so that a trap leaves it behind.
@Suite struct TokenizerFuzzTests {
  static let files = [
    ("bytelevel-llada-a", "tokenizer.json"), ("bytelevel-qwen-a", "tokenizer.json"),
    ("sentencepiece-a", "tokenizer.json"), ("sentencepiece-a", "tokenizer-metaspace.json"),
    ("closed-world", "tokenizer.json"), ("unigram-a", "tokenizer.json"),
    ("wordpiece-a", "tokenizer.json"),
  ]

  static let text =
    "The rabbit isn't 12½ years  old.\r\n\n\t<s>日本語<|endoftext|> e\u{301} 🙂\u{0}▁▁ <0x41>"
    + String(repeating: "a", count: 300) + String(repeating: " ", count: 300)

  private var environment: [String: String] { ProcessInfo.processInfo.environment }

  @Test func damagedFilesNeverTrap() throws {
    let seconds = environment["UNMASK_FUZZ_SECONDS"].flatMap(Double.init)
    let firstSeed = environment["UNMASK_FUZZ_SEED"].flatMap(UInt64.init) ?? 1
    let originals = try Self.files.map { folder, file in
      let bytes = try TokenizerFixture(folder).bytes(file)
      return (bytes: bytes, value: try JSONParser.parse(bytes))
    }
    let clock = ContinuousClock()
    let start = clock.now
    var loaded = 0
    var seed = firstSeed
    while true {
      if let seconds {
        if clock.now - start > .seconds(seconds) { break }
      } else if seed - firstSeed == 150 {
        break
      }
      var mutator = TokenizerMutator(seed: seed)
      let original = mutator.element(of: originals)
      var bytes: [UInt8]
      if mutator.number(below: 3) == 0 {
        bytes = mutator.damaged(original.bytes)
      } else {
        var value = original.value
        for _ in 0...mutator.number(below: 3) { value = mutator.damaged(value) }
        bytes = Array(value.document.utf8)
      }
      if seconds != nil {
        try Data(bytes).write(
          to: FileManager.default.temporaryDirectory.appending(path: "unmask-fuzz-tokenizer.json"))
      }
      let duration = clock.measure { if exercise(bytes) { loaded += 1 } }
      #expect(duration < .seconds(30), "seed \(seed)")
      seed += 1
    }
    #expect(loaded > 0, "nothing but errors would test little")
  }

  /// Uses the tokenizer in every way; returns whether there was one.
  private func exercise(_ bytes: [UInt8]) -> Bool {
    do {
      let tokenizer = try TokenizerFile.tokenizer(bytes: bytes, path: "t.json")
      let tokens = tokenizer.encode(Self.text, addingSpecialTokens: true)
      _ = tokenizer.decode(tokens, skippingSpecialTokens: true)
      let all = (-2..<TokenID(min(tokenizer.vocabularySize, 2000)) + 2).map(\.self)
      _ = tokenizer.decode(all + [.max, .min])
      for token in all {
        _ = tokenizer.piece(of: token)
        if let spelling = tokenizer.spelling(of: token) {
          #expect(tokenizer.token(named: spelling) == token)
        }
      }
      #expect(tokens.allSatisfy { tokenizer.spelling(of: $0) != nil })
      return true
    } catch {
      #expect("\(error)".hasPrefix("t.json: "))
      return false
    }
  }

  @Test(arguments: ["vocab.json", "merges.txt", "added_tokens.json", "tokenizer_config.json"])
  func damagedFoldersNeverTrap(file: String) throws {
    let names = ["vocab.json", "merges.txt", "added_tokens.json", "tokenizer_config.json"]
    let fixture = TokenizerFixture("dream-slow-a")
    var files: [String: String] = [:]
    for name in names { files[name] = String(decoding: try fixture.bytes(name), as: UTF8.self) }
    for seed in UInt64(1)...40 {
      var mutator = TokenizerMutator(seed: seed)
      var damaged = files
      let bytes = mutator.damaged(Array(files[file, default: ""].utf8))
      damaged[file] = String(decoding: bytes, as: UTF8.self)
      let folder = try TokenizerFolder(damaged)
      do {
        let tokenizer = try TokenizerFile.load(folder.path)
        _ = tokenizer.decode(tokenizer.encode(Self.text))
      } catch {
        #expect("\(error)".hasPrefix(folder.path))
      }
    }
  }
}

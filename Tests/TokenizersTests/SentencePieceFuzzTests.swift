import Foundation
import MaskedDiffusion
import Testing
import Tokenizers
import _TestSupport

/// Damaged `tokenizer.model` files give an error or a tokenizer that works, but never a trap.
///
/// Some hundreds by default; with `UNMASK_FUZZ_SECONDS` set, for that long.
@Suite struct SentencePieceFuzzTests {
  @Test(arguments: ["sentencepiece-bpe", "sentencepiece-unigram"])
  func damagedFilesNeverTrap(folder: String) throws {
    let scratch = try ScratchDirectory()
    let original = try TokenizerFixture(folder).bytes("tokenizer.model")
    var loaded = 0
    try Damage.forEachSeed(count: 60) { seed, damage in
      let bytes = damage.applied(to: original, dictionary: ["\u{8}", "\u{FF}\u{FF}", "\n\u{7F}"])
      let path = try scratch.file("tokenizer.model", bytes)
      let start = ContinuousClock.now
      do throws(TokenizerError) {
        let tokenizer = try TokenizerFile.load(path)
        let tokens = tokenizer.encode(TokenizerFuzzTests.text)
        _ = tokenizer.decode(tokens + [.max, .min])
        loaded += 1
      } catch {
        #expect(error.description.hasPrefix(path), "seed \(seed): \(error.description)")
      }
      #expect(ContinuousClock.now - start < .seconds(30), "seed \(seed)")
    }
    #expect(loaded > 0, "nothing but errors would test little")
  }
}

import MaskedDiffusion
import Testing
import Tokenizers

@testable import unmask

@Suite struct FaultFinderTests {
  private let tokenizer: any Tokenizer

  init() throws {
    tokenizer = try TokenizerFile.load(
      CommandRun.root.appending(path: "models/closed-world-tiny-1m").path)
  }

  @Test func aTrueStoryIsValid() throws {
    let tokens = tokenizer.encode(
      "Lily had ten apples. By the lake she met the fox, and the fox was hungry. Lily gave five "
        + "apples to the fox and kept five. They ate the apples by the lake. \"Thank you, Lily,\" "
        + "said the fox. Lily was happy.")
    let verdict = try #require(FaultFinder(tokenizer).verdict(on: tokens))
    #expect(verdict.isValid == true && verdict.faults.isEmpty)
  }

  @Test func aFaultIsFoundAtItsTokens() throws {
    let text =
      "Lily had ten apples. By the lake she met the fox, and the fox was hungry. Lily gave five "
      + "apples to the fox and kept four. They ate the apples by the lake. \"Thank you, Lily,\" "
      + "said the fox. Lily was happy."
    let tokens = tokenizer.encode(text)
    let verdict = try #require(FaultFinder(tokenizer).verdict(on: tokens))
    #expect(verdict.isValid == false)
    let fault = try #require(verdict.faults.first)
    let words = tokenizer.decode(Array(tokens[fault.positions]))
    #expect(["four", "five", "ten"].contains { words.contains($0) }, "\(words): \(fault.reason)")
  }

  @Test func withoutATokenizerNobodyJudges() {
    #expect(FaultFinder(nil).verdict(on: [1, 2, 3]) == nil)
  }
}

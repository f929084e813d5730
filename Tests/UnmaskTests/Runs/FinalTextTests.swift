import Tokenizers
import MaskedDiffusion
import Testing
import unmask

@Suite struct FinalTextTests {
  @Test func stopEndsTheAnswerAtTheFirstEndToken() {
    #expect(text([5, 6, 0, 7, 8], .stop).positions == [0, 1, 4])
    #expect(text([5, 6, 7, 7, 8], .stop).positions == [0, 1, 2, 3, 4])
  }

  @Test func keepAndForbidLeaveEverything() {
    #expect(text([5, 6, 0, 7, 8], .keep).positions == [0, 1, 2, 3, 4])
    #expect(text([5, 6, 0, 7, 8], .forbid).positions == [0, 1, 2, 3, 4])
  }

  @Test func anEndTokenOfThePromptEndsNothing() {
    #expect(text([0, 6, 7, 7, 8], .stop, prompt: [0]).positions == [0, 1, 2, 3, 4])
  }

  @Test func whatIsStillMaskedIsWrittenAsPromptsWriteIt() throws {
    let tokenizer = try TokenizerFile.load(Fixture.path("llada/tiny-a"))
    let a = try #require(tokenizer.encode("a").first)
    let text = text([a, 349, 349, a, a], .stop, prompt: [a], maskToken: 349)
    #expect(text.text(tokenizer) == "a[MASK][MASK]aa")
  }

  private func text(
    _ tokens: [TokenID], _ policy: EndOfTextPolicy, prompt: [TokenID] = [5],
    maskToken: TokenID = 9
  ) -> FinalText {
    let settings = SamplerSettings(
      steps: 1, strategy: AlgorithmSelection("random"), schedule: AlgorithmSelection("linear"),
      endOfText: policy)
    let header = TraceHeader(
      model: TraceHeader.ModelIdentity(
        name: "tiny", family: "smdm", configurationChecksum: "0", precision: "f32"),
      settings: settings, prompt: prompt, length: 3, suffix: [8], answer: 1..<4,
      maskToken: maskToken, endOfTextTokens: [0])
    return FinalText(tokens: tokens, header: header)
  }
}

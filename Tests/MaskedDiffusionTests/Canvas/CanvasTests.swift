import MaskedDiffusion
import Testing

@Suite struct CanvasTests {
  private let commitment = Canvas.Commitment(step: 1, confidence: 0.5, entropy: 1)

  @Test func aPromptIsGivenAndTheAnswerMasked() {
    let canvas = Canvas(prompt: [5, 9, 6], length: 2, suffix: [7], maskToken: 9)
    #expect(canvas.tokens == [5, 9, 6, 9, 9, 7])
    #expect(canvas.answer == 3..<5)
    #expect(canvas.isGiven == [true, false, true, false, false, true])
    #expect(canvas.maskedPositions == [1, 3, 4])
  }

  @Test func infillingAnswersFromTheFirstMaskToTheLast() {
    #expect(Canvas(prompt: [5, 9, 6, 9, 7], length: 0, maskToken: 9).answer == 1..<4)
    let canvas = Canvas(
      prompt: [5, 9, 6], length: 2, suffix: [7, 9], maskToken: 9, answersPrompt: true)
    #expect(canvas.answer == 1..<7)
    #expect(Canvas(prompt: [5], length: 0, maskToken: 9).answer.isEmpty)
  }

  @Test func guidanceMasksWhatWasGivenAndKeepsWhatWasWritten() {
    var canvas = Canvas(prompt: [5, 9], length: 2, maskToken: 9)
    canvas.unmask(2, token: 4, commitment: commitment)
    #expect(canvas.unconditional == [9, 9, 4, 9])
  }

  @Test func typedTokensCountAsAnswerUnlessSaidOtherwise() {
    var canvas = Canvas(prompt: [5], length: 2, maskToken: 9)
    canvas.put(3, at: 1)
    canvas.put(4, at: 2, isGiven: true)
    #expect(canvas.unconditional == [9, 3, 9])
    #expect(canvas.isLocked == [true, true, true])
  }

  @Test func onlyWrittenUnlockedPositionsMayBeMaskedAgain() {
    var canvas = Canvas(prompt: [5], length: 3, maskToken: 9)
    canvas.unmask(1, token: 4, commitment: commitment)
    canvas.unmask(2, token: 4, commitment: commitment)
    canvas.setLocked(true, at: 2)
    #expect(canvas.remaskablePositions(in: 0..<4) == [1])
    canvas.remask(1)
    #expect(canvas.isMasked(1))
    #expect(canvas.commitments[1] == nil)
  }

  @Test func lockedMasksAreNotOpen() {
    var canvas = Canvas(prompt: [], length: 3, maskToken: 9)
    canvas.setLocked(true, at: 1)
    #expect(canvas.openPositions(in: 0..<3) == [0, 2])
  }

  @Test func theAnswerGrowsAndShrinksBeforeTheSuffix() {
    var canvas = Canvas(prompt: [5], length: 2, suffix: [7], maskToken: 9)
    canvas.growAnswer(by: 2)
    #expect(canvas.tokens == [5, 9, 9, 9, 9, 7])
    canvas.growAnswer(by: -3)
    #expect(canvas.tokens == [5, 9, 7])
    canvas.growAnswer(by: -30)
    #expect(canvas.tokens == [5, 7])
    #expect(canvas.answer == 1..<1)
  }
}

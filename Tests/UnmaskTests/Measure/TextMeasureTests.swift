import Testing

@testable import unmask

@Suite struct TextMeasureTests {
  private func text(
    _ tokens: [Int32], loss: Double?, _ verdict: WrittenText.Verdict? = nil
  ) -> WrittenText {
    WrittenText(
      index: 0, tokens: tokens, forwards: 4, visits: 40, seconds: 0.5, loss: loss, verdict: verdict)
  }

  @Test func lossesAreSharedOutOverAllTokens() throws {
    let measure = TextMeasure([text([1, 2], loss: 3), text([1, 2, 3, 4], loss: 3)])
    #expect(measure.loss == 1)
    // Residuals 3 - 2 and 3 - 4: a ratio of means has the error √(2 · 2 / 1) / 6.
    #expect(abs(try #require(measure.lossError) - 2 / 6.0) < 1e-12)
    #expect(measure.visits == 80 / 6.0 && measure.forwards == 4 && measure.seconds == 0.5)
  }

  @Test func whatWasNotJudgedIsNotMadeUp() {
    let measure = TextMeasure([text([1], loss: nil)])
    #expect(measure.loss == nil && measure.valid == nil && measure.lossError == nil)
  }

  @Test func textsLikeNothingAreNotValid() {
    let measure = TextMeasure([
      text([1], loss: nil, .valid), text([1], loss: nil, .unknown),
      text([2], loss: nil, .invalid),
    ])
    #expect(measure.valid == Proportion(1, of: 3))
    #expect(measure.unknown == 1 && measure.distinct == 2)
  }
}

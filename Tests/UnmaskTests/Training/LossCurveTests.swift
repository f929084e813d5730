import Testing

@testable import unmask

@Suite struct LossCurveTests {
  @Test(arguments: [1, 7, 600, 3000]) func goesOnFromWhatItWrote(_ steps: Int) throws {
    var curve = LossCurve()
    for step in 0..<steps { curve.append(3 / Double(1 + step)) }
    let text = try #require(curve.text)
    var read = try #require(LossCurve(text))
    #expect(read == curve)
    for step in 0..<100 {
      curve.append(Double(step))
      read.append(Double(step))
    }
    #expect(read == curve)
  }

  @Test func nothingIsWrittenOfNothing() {
    #expect(LossCurve().text == nil)
  }

  @Test(arguments: [
    "", "1 0 0", "0 0 0 0", "2 2 0 1", "1.5 0 0 1", "1 0 x 1", "-1 0 0 1 2", "1e30 0 0 1",
  ])
  func otherTextsAreRefused(_ text: String) {
    #expect(LossCurve(text) == nil)
  }

  @Test func moreThanItKeepsIsRefused() {
    #expect(LossCurve("1 0 0 1" + String(repeating: " 2", count: 600)) == nil)
  }
}

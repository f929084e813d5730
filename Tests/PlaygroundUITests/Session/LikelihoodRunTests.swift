import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite("Likelihoods in the playground") struct LikelihoodRunTests {
  private func finished() throws -> Rig {
    var rig = Rig(rows: 40, columns: 160)
    try rig.press("<space>")
    rig.wait()
    return rig
  }

  @Test(arguments: ["monte-carlo", "exact-count", "orders", "chain-rule"])
  func growsToWhatTheLibraryFindsAtOnce(_ name: String) throws {
    var rig = try finished()
    try rig.press(":likelihood \(name) 10<enter>")
    let run = try #require(rig.state.view.likelihood)
    let estimator = try LikelihoodRegistry.estimator(for: AlgorithmSelection(name))
    let whole = try LikelihoodEvaluator(predictor: StoryModel.predictor()).estimate(
      of: run.question, by: estimator, sampleCount: 10, seed: run.seed)
    #expect(run.samples.count == (name == "chain-rule" ? 1 : 10))
    let mine = run.estimate(afterSamples: run.samples.count)
    #expect(abs(mine.negativeLogLikelihood - whole.negativeLogLikelihood) < 1e-6)
    #expect(zip(run.tokens, whole.tokens).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(
      abs((mine.standardError ?? 0) - (whole.standardError ?? 0)) < 1e-6 || run.samples.count == 1)
  }

  @Test func theTokensAddUpToTheWhole() throws {
    var rig = try finished()
    try rig.press(":likelihood orders 8<enter>")
    let run = try #require(rig.state.view.likelihood)
    let sum = run.tokens.reduce(0, +)
    #expect(abs(sum - run.estimate(afterSamples: 8).negativeLogLikelihood) < 1e-6)
    #expect(rig.text.contains("In single orders it costs"))
  }

  @Test func enterDrawsMoreAndTheKeyCloses() throws {
    var rig = try finished()
    try rig.press("W")
    #expect(rig.state.view.likelihood?.samples.count == 64)
    try rig.press("<enter>")
    #expect(rig.state.view.likelihood?.samples.count == 128)
    try rig.press("W")
    #expect(rig.state.view.likelihood == nil && rig.state.view.focus == .canvas)
  }

  @Test func needsAFinishedTextAndEndsWithIt() throws {
    var rig = Rig()
    try rig.press("<right>W")
    #expect(rig.text.contains("a likelihood needs a finished text"))
    rig = try finished()
    try rig.press("W<left>")
    #expect(rig.state.view.likelihood == nil)
  }
}

import Foundation
import MaskedDiffusion
import Testing
import _TestSupport

/// How tokens are drawn, seen through one step of one position.
@Suite struct CandidateSamplingTests {
  /// Draws a token from `logits` with many seeds and returns how often each came.
  private func frequencies(
    of logits: [Float], draws: Int = 20_000, _ change: (inout SamplerSettings) -> Void
  ) throws -> [Double] {
    let predictor = ScriptedPredictor(
      vocabularySize: logits.count, maskToken: TokenID(logits.count)
    ) { _, _ in logits }
    var counts = Array(repeating: 0.0, count: logits.count)
    for seed in 0..<draws {
      var settings = SamplerSettings(
        steps: 1, strategy: AlgorithmSelection("low-confidence"),
        schedule: AlgorithmSelection("uniform"), temperature: 1, seed: UInt64(seed))
      change(&settings)
      var sampler = try Sampler(
        predictor: predictor,
        canvas: Canvas(prompt: [], length: 1, maskToken: TokenID(logits.count)),
        settings: settings)
      _ = try sampler.step()
      counts[Int(sampler.state.canvas.tokens[0])] += 1
    }
    return counts.map { $0 / Double(draws) }
  }

  private func expectClose(_ found: [Double], _ expected: [Double]) {
    // Four standard errors of a rate of one half in 20,000 draws.
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 0.0142, "\(found), \(expected)") }
  }

  private let logits: [Float] = [0.5, 0.3, 0.15, 0.05].map { Float(log($0)) }

  @Test(arguments: TokenDraw.allCases)
  func bothDrawsFollowTheTemperedDistribution(_ draw: TokenDraw) throws {
    let warm = [0.5, 0.3, 0.15, 0.05].map { $0.squareRoot() }
    let total = warm.reduce(0, +)
    expectClose(
      try frequencies(of: logits) {
        $0.draw = draw
        $0.temperature = 2
      }, warm.map { $0 / total })
  }

  @Test(arguments: TokenDraw.allCases)
  func topPKeepsTheTokenThatCrossesTheShare(_ draw: TokenDraw) throws {
    // 0.5 alone is below 0.6, so the second token is kept, the third is not.
    expectClose(
      try frequencies(of: logits) {
        $0.draw = draw
        $0.topP = 0.6
      }, [0.625, 0.375, 0, 0])
  }

  @Test func topKKeepsTies() throws {
    expectClose(
      try frequencies(of: [1, 1, 1, 0]) { $0.topK = 2 }, [1.0 / 3, 1.0 / 3, 1.0 / 3, 0])
  }

  @Test func temperatureZeroTakesTheLowestOfEqualTokens() throws {
    expectClose(try frequencies(of: [0, 2, 2, 1], draws: 10) { $0.temperature = 0 }, [0, 1, 0, 0])
  }

  @Test func hugeLogitsNeitherOverflowNorLose() throws {
    expectClose(
      try frequencies(of: [3e38, -3e38, 0], draws: 50) { $0.draw = .gumbel }, [1, 0, 0])
    expectClose(try frequencies(of: [1000, 1000, -1000]) { _ in }, [0.5, 0.5, 0])
  }

  @Test func confidenceComesFromTheDistributionAskedFor() throws {
    func confidence(_ source: ConfidenceSource) throws -> Double {
      let predictor = ScriptedPredictor(vocabularySize: 4, maskToken: 4) { [logits] _, _ in logits }
      // Two positions, one step that keeps one: the threshold tells the confidence.
      var low = 0.0
      var high = 1.0
      for _ in 0..<30 {
        let middle = (low + high) / 2
        var settings = SamplerSettings(
          steps: 2, strategy: AlgorithmSelection("confidence-threshold", ["tau": .number(middle)]),
          schedule: AlgorithmSelection("uniform"), temperature: 0, topP: 0.6)
        settings.confidenceSource = source
        var sampler = try Sampler(
          predictor: predictor, canvas: Canvas(prompt: [], length: 2, maskToken: 4),
          settings: settings)
        let both = try sampler.step()?.unmasked.count == 2
        (low, high) = both ? (middle, high) : (low, middle)
      }
      return low
    }
    #expect(abs(try confidence(.unmodified) - 0.5) < 1e-5)
    #expect(abs(try confidence(.filtered) - 0.625) < 1e-5)
  }
}

import Foundation
import MaskedDiffusion
import Testing
import _TestSupport

/// The law of ancestral sampling on a predictor small enough to enumerate.
///
/// Two positions and two tokens. Alone, each position prefers token 0 with probability 0.7; next to
/// a known token it copies it with probability 0.9.
@Suite struct AncestralRemaskingTests {
  static let predictor = ScriptedPredictor(vocabularySize: 2, maskToken: 2) { tokens, position in
    let other = tokens[1 - position]
    let first = other == 2 ? 0.7 : other == 0 ? 0.9 : 0.1
    return [Float(log(first)), Float(log(1 - first))]
  }

  /// The exact probabilities of 00, 01, 10, 11 after `steps` steps of the linear process.
  ///
  /// With probability `together` both positions are unmasked in the same step, independently.
  static func exactLaw(steps: Int, together: Double) -> [Double] {
    let alone = [0.7, 0.3]
    let next = [[0.9, 0.1], [0.1, 0.9]]
    return [(0, 0), (0, 1), (1, 0), (1, 1)].map { a, b in
      let apart = (alone[a] * next[a][b] + alone[b] * next[b][a]) / 2
      return together * alone[a] * alone[b] + (1 - together) * apart
    }
  }

  @Test(arguments: [1, 2, 4, 16], [TokenDraw.categorical, .gumbel])
  func samplesTheExactLaw(_ steps: Int, _ draw: TokenDraw) throws {
    let draws = 4000
    var counts = [0, 0, 0, 0]
    for seed in 0..<draws {
      var sampler = try Sampler(
        predictor: Self.predictor, canvas: Canvas(prompt: [], length: 2, maskToken: 2),
        settings: SamplerSettings(
          steps: steps, strategy: AlgorithmSelection("ancestral"),
          schedule: AlgorithmSelection("timestep", ["eps": .number(0)]), temperature: 1,
          draw: draw, seed: UInt64(seed)))
      while try sampler.step() != nil {}
      let tokens = sampler.state.canvas.tokens
      counts[Int(tokens[0] * 2 + tokens[1])] += 1
    }
    // Each position is unmasked in any of the steps with the same probability.
    let law = Self.exactLaw(steps: steps, together: 1 / Double(steps))
    // Pearson's statistic with 3 degrees of freedom exceeds 16.27 once in a thousand.
    let statistic = zip(counts, law).reduce(0) { sum, pair in
      let expected = Double(draws) * pair.1
      return sum + (Double(pair.0) - expected) * (Double(pair.0) - expected) / expected
    }
    #expect(statistic < 16.27, "counts \(counts), law \(law)")
  }

  @Test func fixedCountsOfOneSampleTheSequentialLaw() throws {
    let draws = 4000
    var counts = [0, 0, 0, 0]
    for seed in 0..<draws {
      var sampler = try Sampler(
        predictor: Self.predictor, canvas: Canvas(prompt: [], length: 2, maskToken: 2),
        settings: SamplerSettings(
          steps: 2, strategy: AlgorithmSelection("random"),
          schedule: AlgorithmSelection("uniform"), temperature: 1, seed: UInt64(seed)))
      while try sampler.step() != nil {}
      let tokens = sampler.state.canvas.tokens
      counts[Int(tokens[0] * 2 + tokens[1])] += 1
    }
    let law = Self.exactLaw(steps: 2, together: 0)
    let statistic = zip(counts, law).reduce(0) { sum, pair in
      let expected = Double(draws) * pair.1
      return sum + (Double(pair.0) - expected) * (Double(pair.0) - expected) / expected
    }
    #expect(statistic < 16.27, "counts \(counts), law \(law)")
  }
}

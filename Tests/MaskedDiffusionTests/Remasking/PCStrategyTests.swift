#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import MaskedDiffusion
import Testing
import _TestSupport

@Suite("Confidence that distrusts the common and what is far right") struct PCStrategyTests {
  private func order(_ strategy: String, length: Int = 8) throws -> [(
    position: Int, token: TokenID
  )] {
    var sampler = try Sampler(
      predictor: FormulaModel(parameters: [:]),
      canvas: Canvas(prompt: [3, 1, 4], length: length, maskToken: 11),
      settings: SamplerSettings(
        steps: length, strategy: try AlgorithmSelection(parsing: strategy),
        schedule: AlgorithmSelection("uniform")))
    var order: [(position: Int, token: TokenID)] = []
    while let step = try sampler.step() {
      order += step.unmasked.map { ($0.position - 3, $0.token) }
    }
    return order
  }

  /// The formula, computed here from all distributions of each canvas.
  @Test(arguments: [(0, 100), (0.25, 10), (1, 1)]) func followsTheFormula(
    _ lambda: Double, _ alpha: Double
  ) throws {
    let model = FormulaModel(parameters: [:])
    var tokens: [TokenID] = [3, 1, 4] + Array(repeating: 11, count: 8)
    var common: [Double] = []
    var expected: [Int] = []
    for _ in 0..<8 {
      let masked = tokens.indices.filter { tokens[$0] == 11 }
      let rows = try model.prediction(
        for: PredictionRequest(rows: [PredictionRow(tokens: tokens, wanted: masked)])
      ).rows[0]
      let distributions = masked.indices.map { row -> [Double] in
        let weights = rows[row: row].map { exp(Double($0)) }
        return weights.map { $0 / weights.reduce(0, +) }
      }
      if common.isEmpty {
        common = (0..<12).map { token in distributions.reduce(0) { $0 + $1[token] } / 8 }
      }
      var best = (score: -1.0, position: 0, token: 0)
      for (distribution, position) in zip(distributions, masked) {
        guard let p = distribution.max(), let token = distribution.firstIndex(of: p) else {
          continue
        }
        let score =
          exp(-lambda * Double(position - 3)) * min(-p * log(common[token] + 1e-10), alpha)
        if score > best.score { best = (score, position, token) }
      }
      tokens[best.position] = TokenID(best.token)
      expected.append(best.position - 3)
    }
    let found = try order("pc:lambda=\(lambda),alpha=\(alpha)")
    #expect(found.map(\.position) == expected)
    #expect(found.allSatisfy { tokens[$0.position + 3] == $0.token })
  }

  @Test func aSteepSlopeIsTheOrderFromLeftToRight() throws {
    #expect(try order("pc:lambda=10").map(\.position) == Array(0..<8))
  }
}

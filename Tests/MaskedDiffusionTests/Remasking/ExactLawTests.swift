import Foundation
import MaskedDiffusion
import Testing
import _TestSupport

/// The laws of strategies that draw, on a world of which everything can be enumerated: three chairs
/// and three children, whose joint distribution the model knows.
///
/// A strategy that changes each position by itself is a Markov chain over the 64 states of the chairs.
/// Its law is computed here from the chances that its publication gives, and compared with runs.
@Suite("Laws of ancestral strategies") struct ExactLawTests {
  private static let model = PermutationModel(parameters: [:])
  private static let draws = 3000

  /// The chances of a step: a mask gets a token, and a token is masked.
  struct Chances: Sendable {
    var unmask: Double
    var mask: Double
  }

  /// The exact distribution of the children on three chairs after steps with these chances; what is
  /// left is filled at the end.
  static func law(_ steps: [Chances]) throws -> [[TokenID]: Double] {
    var law: [[TokenID]: Double] = [[3, 3, 3]: 1]
    for step in steps + [Chances(unmask: 1, mask: 0)] {
      var next: [[TokenID]: Double] = [:]
      for (state, probability) in law {
        let row = PredictionRow(tokens: state, wanted: [0, 1, 2])
        let logits = try model.prediction(for: PredictionRequest(rows: [row])).rows[0]
        var branches: [(state: [TokenID], probability: Double)] = [([], probability)]
        for chair in 0..<3 {
          var choices: [(TokenID, Double)]
          if state[chair] == 3 {
            choices = [(3, 1 - step.unmask)]
            for child in 0..<3 {
              let probability = exp(Double(logits.values[chair * 4 + child]))
              choices.append((TokenID(child), step.unmask * probability))
            }
          } else {
            choices = [(state[chair], 1 - step.mask), (3, step.mask)]
          }
          choices.removeAll { $0.1 <= 1e-15 }
          var longer: [(state: [TokenID], probability: Double)] = []
          for branch in branches {
            for (token, probability) in choices {
              longer.append((branch.state + [token], branch.probability * probability))
            }
          }
          branches = longer
        }
        for branch in branches { next[branch.state, default: 0] += branch.probability }
      }
      law = next
    }
    return law
  }

  private func counts(
    _ strategy: String, steps: Int, schedule: AlgorithmSelection
  ) throws -> [[TokenID]: Int] {
    var counts: [[TokenID]: Int] = [:]
    let selection = try AlgorithmSelection(parsing: strategy)
    for seed in 0..<Self.draws {
      var sampler = try Sampler(
        predictor: Self.model, canvas: Canvas(prompt: [], length: 3, maskToken: 3),
        settings: SamplerSettings(
          steps: steps, strategy: selection, schedule: schedule, temperature: 1,
          forbidsMaskToken: true, seed: UInt64(seed)))
      while try sampler.step() != nil {}
      counts[sampler.state.canvas.tokens, default: 0] += 1
    }
    return counts
  }

  /// Pearson's statistic, rare outcomes taken together, against what it exceeds once in a thousand.
  private func expect(
    _ counts: [[TokenID]: Int], follow law: [[TokenID]: Double],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let draws = Double(counts.values.reduce(0, +))
    var statistic = 0.0
    var cells = 0.0
    var rare = (found: 0.0, expected: 0.0)
    for (state, probability) in law {
      let found = Double(counts[state] ?? 0)
      let expected = draws * probability
      guard expected >= 5 else {
        rare = (rare.found + found, rare.expected + expected)
        continue
      }
      statistic += (found - expected) * (found - expected) / expected
      cells += 1
    }
    #expect(counts.keys.allSatisfy { law[$0] != nil }, sourceLocation: sourceLocation)
    if rare.expected >= 5 {
      statistic += (rare.found - rare.expected) * (rare.found - rare.expected) / rare.expected
      cells += 1
    }
    let freedom = cells - 1
    // Wilson and Hilferty's approximation of the quantile.
    let limit = freedom * pow(1 - 2 / (9 * freedom) + 3.09 * sqrt(2 / (9 * freedom)), 3)
    #expect(
      statistic < limit, "\(statistic) with \(freedom) degrees, \(counts)",
      sourceLocation: sourceLocation)
  }

  /// The law of the world itself.
  private static let joint = Dictionary(
    uniqueKeysWithValues: PermutationModel.orders.map { ($0.children, $0.probability) })

  /// One token at a time from exact conditionals gives the joint distribution, in whatever order.
  @Test(arguments: ["first-hitting", "left-to-right", "random"])
  func oneTokenAtATimeIsExact(_ strategy: String) throws {
    expect(
      try counts(strategy, steps: 3, schedule: AlgorithmSelection("uniform")), follow: Self.joint)
  }

  private static func time(_ step: Int, of steps: Int) -> Double {
    1 - Double(step) / Double(steps)
  }

  /// ReMDM: a token is masked with σ, a mask gets a token with (α_s − (1 − σ) α_t) / (1 − α_t), α = 1 − t.
  static func remdm(_ steps: Int, sigma: (_ alpha: Double, _ next: Double) -> Double) -> [Chances] {
    (0..<steps - 1).map { step in
      let alpha = 1 - time(step, of: steps)
      let next = 1 - time(step + 1, of: steps)
      let sigma = sigma(alpha, next)
      let unmask = (next - (1 - sigma) * alpha) / (1 - alpha)
      return Chances(unmask: min(1, max(0, unmask)), mask: sigma)
    }
  }

  private static func largest(_ alpha: Double, _ next: Double) -> Double {
    alpha > 0 ? min(1, (1 - next) / alpha) : 1
  }

  @Test(arguments: [2, 5]) func remdmFollowsItsChances(_ steps: Int) throws {
    let schedule = AlgorithmSelection("timestep", ["eps": .number(0)])
    expect(
      try counts("remdm:rule=cap,eta=0.4", steps: steps, schedule: schedule),
      follow: try Self.law(Self.remdm(steps) { min(0.4, Self.largest($0, $1)) }))
    expect(
      try counts("remdm:rule=rescale,eta=0.6", steps: steps, schedule: schedule),
      follow: try Self.law(Self.remdm(steps) { 0.6 * Self.largest($0, $1) }))
    expect(
      try counts("remdm:rule=forward-backward", steps: steps, schedule: schedule),
      follow: try Self.law(
        Self.remdm(steps) { $0 > 0 ? min(1, ($1 - $0) / $0) : 1 }))
  }

  /// DFM: masks get tokens at the rate a / t and tokens are masked at b / (1 − t), with
  /// a = c (t (1 − t))^¼ + 1 and b = a − 1; a step lasts 1 / N, or as long as the rates allow.
  static func dfm(_ steps: Int, strength: Double) -> [Chances] {
    var chances: [Chances] = []
    var time = 1.0
    while true {
      let a = strength * pow(time * (1 - time), 0.25) + 1
      let maskRate = time < 1 ? (a - 1) / (1 - time) : 0
      let length = min(1 / Double(steps), 1 / (a / time + maskRate))
      guard time - length > 1e-3 else { return chances }
      chances.append(Chances(unmask: a / time * length, mask: maskRate * length))
      time -= length
    }
  }

  @Test(arguments: [0.0, 1, 10]) func dfmFollowsItsRates(_ strength: Double) throws {
    for steps in [2, 6] {
      expect(
        try counts(
          "dfm:strength=\(strength)", steps: steps, schedule: AlgorithmSelection("uniform")),
        follow: try Self.law(Self.dfm(steps, strength: strength)))
    }
  }

  /// What a corrector is for: with as many steps the law is nearer to the world's.
  @Test func correctionBringsTheLawNearerToTheWorld() throws {
    func distance(_ chances: [Chances]) throws -> Double {
      let law = try Self.law(chances)
      return Set(law.keys).union(Self.joint.keys).reduce(0) {
        $0 + abs((law[$1] ?? 0) - (Self.joint[$1] ?? 0)) / 2
      }
    }
    let plain = try distance(Self.dfm(8, strength: 0))
    #expect(try distance(Self.dfm(8, strength: 10)) < plain)
    #expect(try distance(Self.dfm(64, strength: 0)) < plain)
  }

  /// Whatever σ is, the share of masks after a step is that of the process without it.
  @Test(arguments: ["cap,eta=0.3", "rescale,eta=0.9"])
  func maskingAgainKeepsTheShareOfMasks(_ rule: String) throws {
    let steps = 6
    var masked = Array(repeating: 0, count: steps)
    for seed in 0..<Self.draws {
      var sampler = try Sampler(
        predictor: Self.model, canvas: Canvas(prompt: [], length: 3, maskToken: 3),
        settings: SamplerSettings(
          steps: steps, strategy: try AlgorithmSelection(parsing: "remdm:rule=\(rule)"),
          schedule: AlgorithmSelection("timestep", ["eps": .number(0)]), temperature: 1,
          forbidsMaskToken: true, seed: UInt64(seed)))
      while let step = try sampler.step() {
        masked[step.step - 1] += step.canvas.count { $0 == 3 }
      }
    }
    let chairs = Double(3 * Self.draws)
    for step in 1...steps {
      let share = Self.time(step, of: steps)
      // Four standard errors; chairs of a run are not independent.
      let bound = 4 * sqrt(3 * share * (1 - share) / chairs) + 1e-9
      #expect(abs(Double(masked[step - 1]) / chairs - share) < bound, "step \(step)")
    }
  }
}

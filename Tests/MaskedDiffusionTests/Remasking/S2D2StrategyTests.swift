#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import MaskedDiffusion
import Testing
import _TestSupport

@Suite("Drafts that the same model checks from left to right") struct S2D2StrategyTests {
  /// Always the same number.
  struct Constant: RandomSource {
    let value: Double
    func uniform(for purpose: RandomPurpose, step: Int, position: Int) -> Double { value }
    func tokenUniforms(step: Int, position: Int, count: Int) -> [Double] {
      Array(repeating: value, count: count)
    }
  }

  private func run(
    _ strategy: String, random: (any RandomSource)? = nil, seed: UInt64 = 0,
    predictor: any MaskPredictor = FormulaModel(parameters: [:]), length: Int = 9,
    rule: BlockRule = .causalAligned, temperature: Double = 0
  ) throws -> [TraceStep] {
    var settings = SamplerSettings(
      steps: 12, blockLength: 4, strategy: try AlgorithmSelection(parsing: strategy),
      schedule: AlgorithmSelection("uniform"), temperature: temperature, seed: seed)
    settings.blockRule = rule
    var sampler = try Sampler(
      predictor: predictor, canvas: Canvas(prompt: [3, 1, 4], length: length, maskToken: 11),
      settings: settings, random: random)
    var steps: [TraceStep] = []
    while let step = try sampler.step() { steps.append(step) }
    #expect(sampler.state.canvas.maskedPositions.isEmpty)
    return steps
  }

  private func answers(_ steps: [TraceStep]) -> [String] {
    steps.map { step in
      step.canvas.dropFirst(3).map { $0 == 11 ? "_" : String($0, radix: 16) }.joined()
    }
  }

  /// `generate_ssd_policy.py` with every random number 0.02: 13 forward passes, of which 3 store keys and
  /// values of a finished block, which is no pass here.
  @Test func passesThroughThePublishedStates() throws {
    let steps = try run("s2d2:refused=keep", random: Constant(value: 0.02))
    #expect(
      answers(steps) == [
        "6________", "66_______", "668______", "6681_____", "66816____", "668166161",
      ])
    #expect(steps.map(\.forwards) == [1, 2, 2, 2, 1, 2])
  }

  @Test func aRefusedTokenIsDrawnAnewOrStaysAMask() throws {
    let random = Constant(value: 0.02)
    let kept = try run("s2d2:policy=always,refused=keep", random: random)
    let drawn = try run("s2d2:policy=always", random: random)
    let masked = try run("s2d2:policy=always,refused=mask", random: random)
    #expect(answers(drawn) != answers(kept))
    // Something is written in every step, refused or not.
    #expect(masked.allSatisfy { !$0.unmasked.isEmpty })
    #expect(drawn.allSatisfy { $0.forwards == 2 })
  }

  /// The law from left to right, exactly: enumerated, against runs that accept by chance.
  @Test(arguments: [false, true]) func byChanceTheLawIsThatFromLeftToRight(
    _ isShifted: Bool
  ) throws {
    let model = FormulaModel(parameters: isShifted ? ["shift": .number(1)] : [:])
    let length = 2
    var law: [[TokenID]: Double] = [[]: 1]
    for index in 0..<length {
      var next: [[TokenID]: Double] = [:]
      for (text, weight) in law {
        let position = 3 + index
        let tokens = [3, 1, 4] + text + [11]
        var row = PredictionRow(tokens: tokens, wanted: [position])
        row.attention = .blockCausal(length: 8, firstLength: 3)
        for place in 3...position { row.sights[place] = [0..<place + 1] }
        let logits = try #require(
          try model.prediction(for: PredictionRequest(rows: [row])).rows.first
        ).values
        let sum = logits.reduce(0) { $0 + exp(Double($1)) }
        for token in 0..<11 {
          next[text + [TokenID(token)], default: 0] +=
            weight * exp(Double(logits[token])) / sum
        }
      }
      law = next
    }
    func distance(_ accept: String) throws -> Double {
      let count = 2000
      var counts: [[TokenID]: Int] = [:]
      for seed in 0..<count {
        let steps = try run(
          "s2d2:policy=always,accept=\(accept)", seed: UInt64(seed), predictor: model,
          length: length, rule: .roundUp)
        counts[Array((steps.last?.canvas ?? []).dropFirst(3)), default: 0] += 1
      }
      return law.reduce(0) { $0 + abs($1.value - Double(counts[$1.key] ?? 0) / Double(count)) } / 2
    }
    // Two thousand texts of the law itself are no farther from it.
    #expect(try distance("chance") < 0.1)
    if !isShifted { #expect(try distance("ratio") > 0.2) }
  }
}

import MaskedDiffusion
import Testing
import _TestSupport

@Suite struct SamplerTests {
  private func settings(
    _ strategy: String = "low-confidence", schedule: String = "timestep", steps: Int = 4,
    blockLength: Int? = nil, rule: BlockRule = .roundUp, guidance: Float = 0
  ) -> SamplerSettings {
    SamplerSettings(
      steps: steps, blockLength: blockLength, blockRule: rule,
      strategy: AlgorithmSelection(strategy), schedule: AlgorithmSelection(schedule),
      guidanceScale: guidance)
  }

  private func sampler(_ settings: SamplerSettings, length: Int = 8) throws -> Sampler {
    try Sampler(
      predictor: ScriptedPredictor.hashing(),
      canvas: Canvas(prompt: [3, 1, 4], length: length, maskToken: 11), settings: settings)
  }

  private func finish(_ sampler: inout Sampler) throws -> [TraceStep] {
    var steps: [TraceStep] = []
    while let step = try sampler.step() { steps.append(step) }
    return steps
  }

  @Test func stepsThatUnmaskNothingCostNoForwardPass() throws {
    var sampler = try sampler(settings(steps: 8))
    let steps = try finish(&sampler)
    #expect(steps.map(\.unmasked.count) == [0, 1, 1, 1, 1, 1, 1, 2])
    #expect(steps.map(\.forwards) == [0, 1, 1, 1, 1, 1, 1, 1])
    #expect(sampler.state.forwards == 7)
  }

  @Test func guidanceCostsTwoForwardPassesAndZeroCostsOne() throws {
    var guided = try sampler(settings(guidance: 0.5))
    #expect(try finish(&guided).map(\.forwards) == [2, 2, 2, 2])
    var plain = try sampler(settings(guidance: 0))
    #expect(try finish(&plain).map(\.forwards) == [1, 1, 1, 1])
  }

  @Test func lookingBeforeAStepCostsNothingMore() throws {
    var sampler = try sampler(settings())
    let opinions = try sampler.opinions(count: 3)
    #expect(opinions.count == 8)
    #expect(opinions[0].top.count == 3)
    #expect(try sampler.step()?.forwards == 1)
    #expect(sampler.state.forwards == 1)
  }

  @Test func opinionsNameBothPassesOfGuidance() throws {
    var sampler = try sampler(settings(guidance: 1))
    let top = try #require(try sampler.opinions(count: 2).first?.top.first)
    let conditional = try #require(top.conditional)
    let unconditional = try #require(top.unconditional)
    #expect(conditional != unconditional)
  }

  @Test func anExactPresetDemandsThatBlocksAndStepsDivide() {
    #expect(throws: SamplerError.blockDoesNotDivide(blockLength: 3, length: 8)) {
      try sampler(settings(blockLength: 3, rule: .exact))
    }
    #expect(throws: SamplerError.stepsDoNotDivide(steps: 5, blocks: 2)) {
      try sampler(settings(steps: 5, blockLength: 4, rule: .exact))
    }
  }

  @Test func roundingUpGivesEveryBlockTheSameSteps() throws {
    var sampler = try sampler(
      settings(schedule: "uniform", steps: 4, blockLength: 3, rule: .roundUp))
    let steps = try finish(&sampler)
    #expect(steps.map(\.block) == [3..<6, 3..<6, 6..<9, 6..<9, 9..<11, 9..<11])
  }

  @Test(arguments: [0, -1, 65537])
  func stepsOutOfRangeAreRefused(_ steps: Int) {
    #expect(
      throws: SamplerError.settingOutOfRange(
        name: "steps", found: "\(steps)", expected: "1 to 65536")
    ) { try sampler(settings(steps: steps)) }
  }

  @Test(arguments: [Float.nan, .infinity, -1])
  func guidanceThatIsNotAScaleIsRefused(_ scale: Float) {
    #expect(throws: SamplerError.self) { try sampler(settings(guidance: scale)) }
  }

  @Test func unknownNamesComeWithTheNearest() {
    #expect(
      throws: SamplerError.unknownAlgorithm(
        kind: "strategy", name: "low-confidance", nearest: "low-confidence")
    ) { try sampler(settings("low-confidance")) }
    #expect(throws: SamplerError.self) { try PresetRegistry.preset(named: "lada") }
  }

  @Test func canvasesThatDoNotFitTheModelAreRefused() {
    #expect(throws: SamplerError.nothingMasked) { try sampler(settings(), length: 0) }
    #expect(throws: SamplerError.canvasTooLong(positions: 5003, contextLength: 4096)) {
      try sampler(settings(), length: 5000)
    }
    for token in [TokenID(12), -1, .max] {
      #expect(
        throws: SamplerError.tokenOutOfRange(token: token, position: 0, embeddingCount: 12)
      ) {
        try Sampler(
          predictor: ScriptedPredictor.hashing(),
          canvas: Canvas(prompt: [token], length: 2, maskToken: 11), settings: settings())
      }
    }
  }

  @Test func logitsThatAreNotNumbersAreAnErrorAndLeaveTheStateAsItWas() throws {
    let broken = ScriptedPredictor(vocabularySize: 3, maskToken: 3) { _, _ in [0, .nan, 1] }
    var sampler = try Sampler(
      predictor: broken, canvas: Canvas(prompt: [1], length: 2, maskToken: 3),
      settings: settings(steps: 1))
    #expect(throws: SamplerError.prediction(.notFinite(position: 1))) { try sampler.step() }
    #expect(sampler.state.step == 0)
    #expect(sampler.state.canvas.maskedPositions == [1, 2])
  }

  @Test func aCancelledStepCanBeTakenAgain() throws {
    var sampler = try sampler(settings())
    let flag = CancellationFlag()
    sampler.cancellation = flag
    flag.raise()
    #expect(throws: SamplerError.prediction(.cancelled)) { try sampler.step() }
    flag.lower()
    #expect(try sampler.step()?.step == 1)
  }

  @Test func newStepsPlanWhatIsStillMasked() throws {
    var sampler = try sampler(settings(schedule: "uniform", steps: 8))
    _ = try sampler.step()
    _ = try sampler.step()
    var changed = sampler.settings
    changed.steps = 4
    try sampler.change(to: changed)
    #expect(sampler.state.plannedSteps == 4)
    #expect(try finish(&sampler).map(\.unmasked.count) == [3, 3])
  }

  @Test func anEditPlansAnewAndTheRunStillEndsWithoutMasks() throws {
    var sampler = try sampler(settings(schedule: "uniform", steps: 4))
    _ = try sampler.step()
    _ = try sampler.step()
    try sampler.edit { canvas in
      for position in 3..<9 { canvas.put(11, at: position) }
    }
    _ = try finish(&sampler)
    #expect(sampler.state.canvas.maskedPositions.isEmpty)
  }

  @Test func stopEndsTheRunOnceTheTextIsClosed() throws {
    // Token 0 ends a text; position 4 wants it, and everything is unmasked left to right.
    let predictor = ScriptedPredictor(vocabularySize: 3, maskToken: 3, endOfTextTokens: [0]) {
      _, position in
      position == 4 ? [9, 0, 0] : [0, Float(9 - position), 0]
    }
    func run(_ policy: EndOfTextPolicy) throws -> Sampler {
      var settings = settings("low-confidence", schedule: "uniform", steps: 8)
      settings.endOfText = policy
      var sampler = try Sampler(
        predictor: predictor, canvas: Canvas(prompt: [1], length: 8, maskToken: 3),
        settings: settings)
      _ = try finish(&sampler)
      return sampler
    }
    let stopped = try run(.stop)
    #expect(stopped.state.canvas.tokens.prefix(5) == [1, 1, 1, 1, 0])
    #expect(stopped.state.canvas.tokens.last == 3)
    #expect(try run(.keep).state.canvas.tokens == [1, 1, 1, 1, 0, 1, 1, 1, 1])
    #expect(try run(.forbid).state.canvas.tokens == [1, 1, 1, 1, 1, 1, 1, 1, 1])
  }

  @Test func masksInsideAPromptCompeteWithTheFirstBlock() throws {
    var sampler = try Sampler(
      predictor: ScriptedPredictor.hashing(),
      canvas: Canvas(prompt: [3, 11, 4], length: 4, maskToken: 11),
      settings: settings(schedule: "uniform", steps: 4, blockLength: 4, rule: .exact))
    let steps = try finish(&sampler)
    #expect(steps.map(\.unmasked.count) == [1, 1, 1, 1])
    // As in LLaDA's `generate`, the counts are those of the block, so one mask is left.
    #expect(sampler.state.canvas.maskedPositions.count == 1)
  }
}

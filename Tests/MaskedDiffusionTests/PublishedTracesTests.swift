import MaskedDiffusion
import Testing
import _TestSupport

/// What the published samplers do with the hashing denoiser, prompt 3 1 4 and 8 masks: the canvas
/// before each forward pass and at the end, `_` a mask, tokens in hexadecimal.
@Suite struct PublishedTracesTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var preset: String
    var steps: Int
    var blockLength: Int?
    var isShifted = false
    var strategy: AlgorithmSelection?
    var schedule: AlgorithmSelection?
    var states: [String]
    var testDescription: String { name }
  }

  static let cases = [
    Case(
      name: "SMDM greedy, 4 steps", preset: "smdm-greedy", steps: 4,
      states: ["________", "___a____", "_9_a_6__", "_9_a162_", "399a1627"]),
    Case(
      name: "LLaDA low_confidence, 1 block of 8, 4 steps", preset: "llada", steps: 4,
      states: ["________", "___a_2__", "__9a_23_", "a89a_23_", "a89a1232"]),
    Case(
      name: "P2 that never masks again", preset: "p2", steps: 4,
      strategy: AlgorithmSelection("p2", ["eta": .number(0)]),
      states: ["________", "___a_2__", "__9a_23_", "a89a_23_", "a89a1232"]),
    Case(
      name: "LLaDA low_confidence, 2 blocks of 4, 4 steps", preset: "llada", steps: 4,
      blockLength: 4, states: ["________", "_0_a____", "305a____", "305a2_1_", "305a2813"]),
    Case(
      name: "Dream maskgit_plus, 4 steps", preset: "dream-maskgit-plus", steps: 4, isShifted: true,
      states: ["________", "____a___", "_0__a_a_", "80__a_a2", "80a8a9a2"]),
    Case(
      name: "RND1 entropy, 4 steps", preset: "dream-entropy", steps: 4, isShifted: true,
      schedule: AlgorithmSelection("proportional"),
      states: ["________", "____a_2_", "_7_aa_2_", "97_aa42_", "972aa42a"]),
    Case(
      name: "Fast-dLLM factor 2", preset: "fast-dllm-factor", steps: 8,
      strategy: AlgorithmSelection("factor", ["factor": .number(2)]),
      states: ["________", "_0_a_2__", "003aa2__", "003aa297"]),
    // The published code writes the three that are left after the third step at once.
    Case(
      name: "factor 1 without the published off-by-one", preset: "fast-dllm-factor", steps: 8,
      states: ["________", "___a_2__", "__9a_23_", "a_9a_23_", "aa9a_237", "aa9a9237"]),
    Case(
      name: "LocalLeap, thresholds 0.75 and 0.5, radius 2", preset: "local-leap", steps: 8,
      strategy: AlgorithmSelection(
        "local-leap", ["kappa": .number(0.75), "tau": .number(0.5), "window": .number(2)]),
      states: ["________", "_05a52_8", "_05a5278", "705a5278"]),
    Case(
      name: "LocalLeap, radius 4", preset: "local-leap", steps: 8,
      states: [
        "________", "___a_2__", "__9a_2__", "__9a_27_", "__9a327_", "__9a3274", "a_9a3274",
        "aa9a3274",
      ]),
    Case(
      name: "EB-Sampler by entropy, 1 nat", preset: "eb-sampler", steps: 8,
      strategy: AlgorithmSelection("entropy-bounded", ["gamma": .number(1)]),
      states: ["________", "___a_2__", "6_9a_2__", "699a_29_", "699a3291"]),
    Case(
      name: "EB-Sampler by confidence, 1 nat", preset: "eb-sampler", steps: 8,
      strategy: AlgorithmSelection(
        "entropy-bounded", ["gamma": .number(1), "order": .choice("confidence")]),
      states: ["________", "___a_2__", "__9a_23_", "a89a_23_", "a89a1232"]),
    Case(
      name: "EB-Sampler by margin, 1 nat", preset: "eb-sampler", steps: 8,
      strategy: AlgorithmSelection(
        "entropy-bounded", ["gamma": .number(1), "order": .choice("margin")]),
      states: ["________", "___a_2__", "_79a_2__", "_79a729_", "779a729_", "779a7299"]),
    Case(
      name: "EB-Sampler, 0.1 nats", preset: "eb-sampler", steps: 8,
      states: [
        "________", "___a____", "___a___8", "__1a___8", "__1a__78", "__1a3_78", "_71a3_78",
        "071a3_78", "071a3178",
      ]),
  ]

  @Test(arguments: cases) func passesThroughThePublishedStates(_ example: Case) throws {
    let trace = try run(example)
    #expect(trace.canvases.map(Self.answer) == example.states)
  }

  @Test func fastDLLMRevealsOneTokenAtATimeWhenNothingElseIsConfident() throws {
    let trace = try run(
      Case(name: "", preset: "fast-dllm", steps: 8, states: []))
    let order = trace.steps.flatMap(\.unmasked).map { "\(hex($0.token))@\($0.position - 3)" }
    #expect(order == ["a@3", "6@5", "3@0", "4@7", "3@2", "9@1", "1@6", "5@4"])
    #expect(Self.answer(trace.canvases.last ?? []) == "393a5614")
    #expect(trace.steps.map(\.forwards) == Array(repeating: 1, count: 8))
  }

  @Test func firstForwardPassHasThePublishedConfidences() throws {
    var sampler = try makeSampler(Case(name: "", preset: "smdm-greedy", steps: 4, states: []))
    let opinions = try sampler.opinions(count: 1)
    let expected: [(TokenID, Double)] = [
      (8, 0.418194), (0, 0.681067), (5, 0.513343), (10, 0.917185), (5, 0.511237), (2, 0.770162),
      (5, 0.45856), (8, 0.572819),
    ]
    #expect(opinions.map(\.position) == Array(3..<11))
    for (opinion, (token, confidence)) in zip(opinions, expected) {
      #expect(opinion.top[0].token == token)
      #expect(abs(opinion.top[0].probability - confidence) < 1e-6)
    }
  }

  private func makeSampler(_ example: Case) throws -> Sampler {
    var settings = try PresetRegistry.preset(named: example.preset).settings(forLength: 8)
    settings.steps = example.steps
    settings.temperature = 0
    settings.confidenceSource =
      example.preset == "p2" ? .unmodified : settings.confidenceSource
    if let blockLength = example.blockLength { settings.blockLength = blockLength }
    if let strategy = example.strategy { settings.strategy = strategy }
    if let schedule = example.schedule { settings.schedule = schedule }
    return try Sampler(
      predictor: ScriptedPredictor.hashing(isShifted: example.isShifted),
      canvas: Canvas(prompt: [3, 1, 4], length: 8, maskToken: 11), settings: settings)
  }

  private func run(_ example: Case) throws -> (steps: [TraceStep], canvases: [[TokenID]]) {
    var sampler = try makeSampler(example)
    var steps: [TraceStep] = []
    let start = sampler.state.canvas.tokens
    while let step = try sampler.step() { steps.append(step) }
    return (steps, [start] + steps.map(\.canvas))
  }

  private static func answer(_ canvas: [TokenID]) -> String {
    canvas.dropFirst(3).map { $0 == 11 ? "_" : hex($0) }.joined()
  }
}

private func hex(_ token: TokenID) -> String { String(token, radix: 16) }

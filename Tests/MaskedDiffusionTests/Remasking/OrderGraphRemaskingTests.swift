import MaskedDiffusion
import Testing
import _TestSupport

@Suite("Orders that a user gives") struct OrderGraphRemaskingTests {
  @Test(
    arguments: [
      "", ">", "1>", ">1", "3-1", "0>1/1>0", "0>0", "0>1>2>0", "70000", "x", "-1", "1-", "0--3",
      "0-1024", "0-1023>1024", "0>99999999999999999999",
    ])
  func whatIsNoOrderIsRefused(_ text: String) {
    #expect(PositionOrder(text) == nil)
  }

  @Test(arguments: ["0", "0-3>8>4-7", "0>1/0>2/1+2>3", "0-1023"])
  func whatIsOneIsRead(_ text: String) {
    #expect(PositionOrder(text) != nil)
  }

  private func steps(_ strategy: String, blockLength: Int? = nil) throws -> [TraceStep] {
    var sampler = try Sampler(
      predictor: ScriptedPredictor.hashing(),
      canvas: Canvas(prompt: [3, 1, 4], length: 8, maskToken: 11),
      settings: SamplerSettings(
        steps: 4, blockLength: blockLength, strategy: try AlgorithmSelection(parsing: strategy),
        schedule: AlgorithmSelection("uniform")))
    var steps: [TraceStep] = []
    while let step = try sampler.step() { steps.append(step) }
    #expect(sampler.state.canvas.maskedPositions.isEmpty)
    return steps
  }

  /// What has to be written before what, by hand.
  @Test(arguments: ["topk", "all-ready"]) func nothingIsWrittenBeforeWhatItWaitsFor(
    _ keep: String
  ) throws {
    let pairs = [(0, 2), (1, 2), (2, 5), (6, 3), (7, 3)]
    var written: Set<Int> = []
    for step in try steps("order-graph:graph=0>2/1>2>5/6+7>3,keep=\(keep)") {
      let now = step.unmasked.map { $0.position - 3 }
      for (before, after) in pairs where now.contains(after) { #expect(written.contains(before)) }
      written.formUnion(now)
    }
  }

  @Test func anOrderThatATemplateHasIsTheTemplate() throws {
    let pairs = [
      ("order=linear", "graph=0>1>2>3>4>5>6>7"), ("order=answer-first", "graph=6-7>0-1>2-3>4-5"),
      ("order=interleaved,keep=all-ready", "graph=0+2+4+6>1+3+5+7,keep=all-ready"),
      ("order=cot", "graph=0-1>2-3>4-5>6-7"),
    ]
    for (template, graph) in pairs {
      #expect(
        try steps("order-graph:\(graph)").map(\.canvas)
          == steps("order-graph:\(template)").map(\.canvas), "\(template)")
    }
  }

  @Test func anOrderAgainstTheBlocksIsNoReasonToStop() throws {
    #expect(try !steps("order-graph:graph=4-7>0-3", blockLength: 4).isEmpty)
  }
}

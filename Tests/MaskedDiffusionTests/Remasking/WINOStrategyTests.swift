import MaskedDiffusion
import Testing

@Suite struct WINOStrategyTests {
  private func run(_ strategy: String) throws -> (start: [TokenID], steps: [TraceStep]) {
    var settings = try PresetRegistry.preset(named: "wino").settings(forLength: 8)
    settings.strategy = try AlgorithmSelection(parsing: strategy)
    var sampler = try Sampler(
      predictor: FormulaModel(parameters: [:]),
      canvas: Canvas(prompt: [3, 1, 4], length: 8, maskToken: 11), settings: settings)
    let start = sampler.state.canvas.tokens
    var steps: [TraceStep] = []
    while let step = try sampler.step() { steps.append(step) }
    return (start, steps)
  }

  @Test func aTokenIsMaskedAgainWhenTheRestDoesNotSupportIt() throws {
    let (start, steps) = try run("wino:in=0.5,out=0.95")
    var canvas = start
    var lastCount = 30
    var checked = 0
    for step in steps {
      let written = (3..<11).filter { canvas[$0] != 11 }
      var doubted: [(position: Int, support: Double)] = []
      for position in written {
        let support = try self.support(of: position, in: canvas)
        if support < 0.95 { doubted.append((position, support)) }
      }
      doubted.sort { $0.support < $1.support }
      let count = doubted.count >= lastCount ? lastCount - 1 : doubted.count
      let expected = step.unmasked.count > 1 ? doubted.prefix(count).map(\.position).sorted() : []
      #expect(step.remasked == expected)
      checked += expected.count
      canvas = step.canvas
      lastCount = step.unmasked.count
    }
    #expect(checked > 0)
    #expect(!canvas.contains(11))
  }

  /// The probability of a written token for a predictor that sees everything but the token itself, and
  /// besides the eight masks of the second block.
  private func support(of position: Int, in canvas: [TokenID]) throws -> Double {
    var attendable = Array(repeating: true, count: canvas.count + 8)
    attendable[position] = false
    let row = PredictionRow(
      tokens: canvas + Array(repeating: 11, count: 8), wanted: [11 + position - 3],
      positionIDs: Array(canvas.indices) + Array(3..<11), attendable: attendable)
    let logits = try FormulaModel(parameters: [:])
      .prediction(for: PredictionRequest(rows: [row])).rows[0].values
    return logits.withUnsafeBufferPointer { logits in
      RowStatistics(logits)?.probability(ofLogit: Double(logits[Int(canvas[position])])) ?? 0
    }
  }

  @Test func withoutDoubtItIsAThreshold() throws {
    var settings = try PresetRegistry.preset(named: "fast-dllm").settings(forLength: 8)
    settings.strategy = try AlgorithmSelection(parsing: "confidence-threshold:tau=0.6")
    var sampler = try Sampler(
      predictor: FormulaModel(parameters: [:]),
      canvas: Canvas(prompt: [3, 1, 4], length: 8, maskToken: 11), settings: settings)
    var canvases: [[TokenID]] = []
    while let step = try sampler.step() { canvases.append(step.canvas) }
    #expect(try run("wino:in=0.6,out=0").steps.map(\.canvas) == canvases)
  }
}

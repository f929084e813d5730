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

  /// A token is judged by what stands around it, as a second forward pass with it alone masked and
  /// without a second block would judge it.
  @Test func aTokenIsMaskedAgainWhenTheRestDoesNotSupportIt() throws {
    let model = FormulaModel(parameters: [:])
    let (start, steps) = try run("wino:in=0.5,out=0.95")
    var canvas = start
    var lastCount = 30
    var checked = 0
    for step in steps {
      let written = (3..<11).filter { canvas[$0] != 11 }
      let doubted = try written.filter { position in
        // Everything but the position itself, and the eight masks of the second block.
        var tokens = canvas
        var ids = Array(tokens.indices)
        tokens += Array(repeating: 11, count: 8)
        ids += Array(3..<11)
        var attendable = Array(repeating: true, count: tokens.count)
        attendable[position] = false
        let shadow = 11 + position - 3
        let request = PredictionRequest(
          rows: [
            PredictionRow(
              tokens: tokens, wanted: [shadow], positionIDs: ids, attendable: attendable)
          ])
        let row = try model.prediction(for: request).rows[0].values
        return row.withUnsafeBufferPointer { row in
          guard let statistics = RowStatistics(row) else { return false }
          return statistics.probability(ofLogit: Double(row[Int(canvas[position])])) < 0.95
        }
      }
      #expect(Set(step.remasked).isSubset(of: doubted))
      if step.unmasked.count > 1, doubted.count < lastCount {
        #expect(step.remasked == doubted)
        checked += doubted.count
      }
      canvas = step.canvas
      lastCount = step.unmasked.count
    }
    #expect(checked > 0)
    #expect(!canvas.contains(11))
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

import Foundation
import MaskedDiffusion
import Models
import Testing
import _TestSupport

/// Runs of MDLM's samplers, with the random numbers they drew.
@Suite struct MDLMTraceTests {
  struct Trace: Decodable {
    var name: String
    var sampler: String
    var steps: Int
    var length: Int
    var batch: Int
    var time_conditioning: Bool
    var noise_removal: Bool
    var mask_id: TokenID
    var random_tensors: [String]
    var states: [[[TokenID]]]
    var model_calls: Int

    private struct File: Decodable { var cases: [Trace] }

    static func cases(_ model: String) throws -> [Trace] {
      try JSONDecoder().decode(File.self, from: Fixture.data("\(model)/sampler.json")).cases
    }

    /// The canvases of a row, without the argmax at the end, which finds nothing left to do.
    func canvases(_ row: Int) -> [[TokenID]] { states.prefix(steps + 1).map { $0[row] } }
  }

  /// The numbers of a row: one for each token, the mask among them.
  struct Replay: RandomSource {
    let trace: Trace
    let row: Int
    let columns: Int
    let numbers: [[Double]]

    init(_ trace: Trace, row: Int, columns: Int, tensors: RecordedTensors) throws {
      self.trace = trace
      self.row = row
      self.columns = columns
      numbers = try trace.random_tensors.map { try tensors.doubles($0) }
    }

    func tokenUniforms(step: Int, position: Int, count: Int) -> [Double] {
      let first = (row * trace.length + position) * columns
      return numbers[step - 1][first..<first + columns].map { min(max($0, 1e-12), 1 - 1e-12) }
    }

    func uniform(for purpose: RandomPurpose, step: Int, position: Int) -> Double {
      tokenUniforms(step: step, position: position, count: columns)[Int(trace.mask_id)]
    }
  }

  @Test(arguments: ["mdlm/tiny-a", "mdlm/tiny-time"])
  func drawsWhatTheReferenceDraws(model: String) throws {
    let tensors = try RecordedTensors("\(model)/golden.safetensors")
    let traces = try Trace.cases(model)
    #expect(traces.count == 8)
    for trace in traces {
      let scratch = try ScratchDirectory()
      let path = try scratch.model(
        model, weights: "model.safetensors",
        changing: ["time_conditioning": trace.time_conditioning])
      let predictor = try LoadedModel(
        ModelDirectory(path: path), options: ModelOptions(precision: .float32)
      ).predictor
      #expect(predictor.maskToken == trace.mask_id)
      var settings = try PresetRegistry.preset(named: trace.sampler.replacing("_", with: "-"))
        .settings(forLength: trace.length)
      settings.steps = trace.steps
      for row in 0..<trace.batch {
        let random = try Replay(
          trace, row: row, columns: predictor.vocabularySize, tensors: tensors)
        var sampler = try Sampler(
          predictor: predictor,
          canvas: Canvas(prompt: [], length: trace.length, maskToken: trace.mask_id),
          settings: settings, random: random)
        var canvases = [sampler.state.canvas.tokens]
        while let step = try sampler.step() { canvases.append(step.canvas) }
        let expected = trace.canvases(row)
        #expect(canvases == expected, "\(model) \(trace.name), row \(row)")
        // A prediction counts when there is a mask, and something changed or the time is read.
        let asked = (0..<trace.steps).filter { step in
          expected[step].contains(trace.mask_id)
            && (trace.time_conditioning || step == 0 || expected[step] != expected[step - 1])
        }
        #expect(sampler.state.forwards == asked.count, "\(model) \(trace.name)")
        #expect(asked.count <= trace.model_calls)
      }
    }
  }

  @Test func theCoinDrawsTheSameDistributionAsTheNoise() throws {
    let predictor = try LoadedModel(
      ModelDirectory(path: Fixture.path("mdlm/tiny-a")), options: ModelOptions(precision: .float32)
    ).predictor
    var shares: [Double] = []
    for draw in [TokenDraw.gumbel, .categorical] {
      var settings = try PresetRegistry.preset(named: "ddpm").settings(forLength: 16)
      settings.steps = 4
      settings.draw = draw
      var unmasked = 0
      for seed in 0..<64 {
        settings.seed = UInt64(seed)
        var sampler = try Sampler(
          predictor: predictor,
          canvas: Canvas(prompt: [], length: 16, maskToken: predictor.maskToken),
          settings: settings)
        unmasked += try #require(try sampler.step()).unmasked.count
      }
      shares.append(Double(unmasked) / (64 * 16))
    }
    // A quarter of the masks in the first of four steps; the deviation is 0.0135.
    for share in shares { #expect(abs(share - 0.25) < 0.05) }
  }
}

extension String {
  fileprivate func replacing(_ old: Character, with new: Character) -> String {
    String(map { $0 == old ? new : $0 })
  }
}

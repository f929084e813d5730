import Models
import MaskedDiffusion
import Testing
import _TestSupport

/// Whole runs on the checkpoints of the fixtures, token by token at every step.
@Suite struct ReferenceTraceTests {
  static let files = [
    "smdm/tiny-a/sampler", "smdm/tiny-b/sampler", "smdm/tiny-gqa/sampler", "llada/tiny-a/sampler",
    "llada/tiny-kq/sampler", "llada/tiny-sharded/sampler", "llada/tiny-a/sampler_fast_dllm",
    "llada/tiny-sharded/sampler_fast_dllm",
  ]

  private func sampler(_ trace: ReferenceTrace, model: String) throws -> Sampler {
    let predictor = try LoadedModel(
      ModelDirectory(path: Fixture.path(model)), options: ModelOptions(precision: .float32)
    ).predictor
    let isReplay =
      trace.uniform_tensors_in_call_order != nil || trace.uniform_noise_tensors != nil
    let random =
      isReplay
      ? try ReplayedRandomSource(
        trace, tensors: RecordedTensors("\(model)/golden.safetensors")) : nil
    return try Sampler(
      predictor: predictor, canvas: trace.canvas, settings: trace.settings(), random: random)
  }

  @Test(arguments: files) func passesThroughTheStatesOfTheReference(_ file: String) throws {
    let model = file.split(separator: "/").prefix(2).joined(separator: "/")
    let traces = try ReferenceTrace.cases("\(file).json").filter { $0.states != nil }
    #expect(!traces.isEmpty)
    for trace in traces {
      var sampler = try sampler(trace, model: model)
      var states = [sampler.state.canvas.tokens]
      while let step = try sampler.step() { states.append(step.canvas) }
      #expect(states == trace.states?.map { $0[0] }, "\(model) \(trace.name)")
      if let nfe = trace.nfe { #expect(sampler.state.forwards == nfe, "\(trace.name)") }
    }
  }

  @Test func cachedRunsEndAsTheReferenceDoes() throws {
    let traces = try ReferenceTrace.cases("llada/tiny-a/sampler_fast_dllm.json")
      .filter { $0.model_inputs != nil }
    #expect(traces.count == 4)
    for trace in traces {
      var sampler = try sampler(trace, model: "llada/tiny-a")
      while try sampler.step() != nil {}
      #expect(sampler.state.canvas.tokens == trace.final?[0], "\(trace.name)")
    }
  }

  @Test func aCachedRunGoesOnFromAnyStateAsIfNothingHadHappened() throws {
    let trace = try #require(
      try ReferenceTrace.cases("llada/tiny-a/sampler_fast_dllm.json").last)
    var first = try sampler(trace, model: "llada/tiny-a")
    var states = [first.state]
    while try first.step() != nil { states.append(first.state) }
    for state in states {
      var again = try sampler(trace, model: "llada/tiny-a")
      again.move(to: state)
      while try again.step() != nil {}
      #expect(again.state.canvas.tokens == trace.final?[0])
    }
  }
}

import Foundation
import MaskedDiffusion
import Models
import Testing
import _TestSupport

/// Runs of Dream and of Qwen models that dllm made diffusion models of, at temperature 0.
@Suite struct DiffusionTraceTests {
  struct Trace: Decodable {
    var name: String
    var function: String
    var prompts: [[TokenID]]?
    var prompt_ids: [[TokenID]]?
    var attention_mask: [[Int]]?
    var steps: Int
    var max_new_tokens: Int?
    var block_size: Int?
    var alg: String?
    var eps: Double?
    var temperature: Double
    var top_p: Double?
    var top_k: Int?
    var cfg_scale: Float?
    var cfg_keep_tokens: [TokenID]?
    var suppress_tokens: [TokenID]?
    var begin_suppress_tokens: [TokenID]?
    var right_shift_logits: Bool?
    var states: [[[TokenID]]]

    private struct File: Decodable { var cases: [Trace] }

    static func cases(_ model: String, _ function: String) throws -> [Trace] {
      try JSONDecoder().decode(File.self, from: Fixture.data("\(model)/sampler.json")).cases
        .filter {
          $0.function == function && ($0.prompts ?? $0.prompt_ids ?? []).count == 1
            && $0.attention_mask == nil && $0.temperature == 0 && $0.cfg_keep_tokens == nil
            && $0.suppress_tokens == nil && $0.begin_suppress_tokens == nil
        }
    }
  }

  func states(
    _ trace: Trace, _ settings: SamplerSettings, _ model: String
  ) throws -> [[TokenID]] {
    let directory = try ModelDirectory(
      path: Fixture.path(model), overrides: ModelOverrides(isShifted: trace.right_shift_logits))
    let predictor = try LoadedModel(directory, options: ModelOptions(precision: .float32)).predictor
    let prompt = (trace.prompts ?? trace.prompt_ids ?? [[]])[0]
    let canvas = Canvas(
      prompt: prompt, length: trace.states[0][0].count - prompt.count,
      maskToken: predictor.maskToken)
    var sampler = try Sampler(predictor: predictor, canvas: canvas, settings: settings)
    var states = [canvas.tokens]
    while let step = try sampler.step() { states.append(step.canvas) }
    return states
  }

  @Test func writesAsDreamDoes() throws {
    let traces = try Trace.cases("dream/tiny-a", "diffusion_generate")
    #expect(traces.count >= 12)
    for trace in traces {
      let preset =
        switch trace.alg {
        case "topk_margin": "dream-margin"
        case "entropy": "dream-entropy"
        default: "dream-maskgit-plus"
        }
      var settings = try PresetRegistry.preset(named: preset).settings(forLength: 1)
      settings.steps = trace.steps
      settings.topK = trace.top_k
      settings.topP = trace.top_p
      if let eps = trace.eps { settings.schedule.parameters["eps"] = .number(eps) }
      #expect(
        try states(trace, settings, "dream/tiny-a") == trace.states.map { $0[0] }, "\(trace.name)")
    }
  }

  @Test(arguments: ["qwen3/tiny-a", "qwen2/tiny-untied"])
  func writesAsDLLMDoes(model: String) throws {
    let traces = try Trace.cases(model, "MDLMSampler.sample")
    #expect(traces.count >= 5)
    for trace in traces {
      var settings = try PresetRegistry.preset(named: "dllm").settings(forLength: 1)
      settings.steps = trace.steps
      settings.blockLength = trace.block_size
      settings.guidanceScale = trace.cfg_scale ?? 0
      // Passes that would unmask nothing do not exist there.
      let found = try states(trace, settings, model)
      let changed = found.indices.filter { $0 == 0 || found[$0] != found[$0 - 1] }
      #expect(changed.map { found[$0] } == trace.states.map { $0[0] }, "\(model) \(trace.name)")
    }
  }
}

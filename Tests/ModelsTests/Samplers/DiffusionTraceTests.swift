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
    var block_length: Int?
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
    var mask_id: TokenID?
    var states: [[[TokenID]]]

    private struct File: Decodable { var cases: [Trace] }

    static func all(_ model: String) throws -> [Trace] {
      try JSONDecoder().decode(File.self, from: Fixture.data("\(model)/sampler.json")).cases
    }

    static func cases(_ model: String, _ function: String) throws -> [Trace] {
      try all(model)
        .filter {
          $0.function == function && $0.attention_mask == nil
            && $0.temperature == 0
            // There a token that is suppressed only at first loses its rank and is placed all the same.
            && $0.begin_suppress_tokens == nil
        }
    }
  }

  func states(
    _ trace: Trace, _ settings: SamplerSettings, _ model: String, row: Int = 0
  ) throws -> [[TokenID]] {
    let directory = try ModelDirectory(
      path: Fixture.path(model),
      overrides: ModelOverrides(maskToken: trace.mask_id, isShifted: trace.right_shift_logits))
    let predictor = try LoadedModel(directory, options: ModelOptions(precision: .float32)).predictor
    let prompt = (trace.prompts ?? trace.prompt_ids ?? [[]])[row]
    var canvas = Canvas(
      prompt: prompt, length: trace.max_new_tokens ?? trace.states[0][row].count - prompt.count,
      maskToken: predictor.maskToken, answersPrompt: trace.function == "MDLMSampler.infill")
    canvas.keep(trace.cfg_keep_tokens ?? [])
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

  @Test(
    arguments: [
      "qwen3/tiny-a", "qwen2/tiny-untied", "mlm/bert-tiny-a", "mlm/roberta-tiny-a",
      "mlm/modernbert-tiny-a",
    ], ["MDLMSampler.sample", "MDLMSampler.infill"])
  func writesAsDLLMDoes(model: String, function: String) throws {
    let traces = try Trace.cases(model, function)
    // The reference did not fill holes with this one.
    if model == "mlm/roberta-tiny-a", function == "MDLMSampler.infill" { return }
    #expect(traces.count >= (function == "MDLMSampler.sample" ? 3 : 1))
    for trace in traces {
      var settings = try PresetRegistry.preset(named: "dllm").settings(forLength: 1)
      settings.steps = trace.steps
      settings.blockLength = trace.block_size
      settings.guidanceScale = trace.cfg_scale ?? 0
      settings.suppressedTokens = trace.suppress_tokens ?? []
      for (row, prompt) in (trace.prompts ?? trace.prompt_ids ?? [[]]).enumerated() {
        // The steps of a block are counted by the longest row there.
        guard trace.max_new_tokens != nil || prompt.count == trace.states[0][row].count else {
          continue
        }
        // Rows of different lengths are padded there, and what is padded is not seen.
        let length = prompt.count + (trace.max_new_tokens ?? 0)
        // Passes that would unmask nothing do not exist there, unless for another row.
        let found = changes(try states(trace, settings, model, row: row))
        let expected = changes(trace.states.map { Array($0[row].prefix(length)) })
        #expect(found == expected, "\(model) \(trace.name), row \(row)")
      }
    }
  }

  private func changes(_ canvases: [[TokenID]]) -> [[TokenID]] {
    canvases.indices.filter { $0 == 0 || canvases[$0] != canvases[$0 - 1] }.map { canvases[$0] }
  }
}

extension Canvas {
  /// Keeps `tokens` of the prompt in the pass without a prompt that guidance compares with.
  mutating func keep(_ tokens: [TokenID]) {
    for position in 0..<answer.lowerBound where tokens.contains(self.tokens[position]) {
      put(self.tokens[position], at: position)
    }
  }
}

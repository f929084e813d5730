import Foundation
import MaskedDiffusion
import Models
import Testing
import _TestSupport

/// Runs in blocks and from left to right, against what the authors' samplers did at temperature 0.
@Suite struct BlockTraceTests {
  /// A case of `sampler.json`, with the keys of all these samplers.
  struct Trace: Decodable, CustomTestStringConvertible {
    var name: String
    var function: String
    var prompts: [[TokenID]]?
    var prompt_ids: [[TokenID]]?
    var block_size: Int?
    var block_length: Int?
    var small_block_size: Int?
    var steps: Int?
    var steps_per_block: Int?
    var denoising_steps: Int?
    var max_new_tokens: Int?
    var context_length: Int?
    var temperature: Double?
    var cfg_scale: Float?
    var cfg_keep_tokens: [TokenID]?
    var right_shift_logits: Bool?
    var remasking: String?
    var remasking_strategy: String?
    var confidence_threshold: Double?
    var threshold: Double?
    var use_block_cache: Bool?
    var choice: String?
    var stopping_criteria_idx: [TokenID]?
    var eos_id: TokenID?
    var pad_id: TokenID?
    var stop_token: TokenID?
    var top_k: Int?
    var top_p: Double?
    var random_tensors: [String]?
    var drawn_ids_per_pass: [[TokenID]]?
    var states: [[[TokenID]]]?
    var result: [[TokenID]]?

    var prompt: [TokenID] { (prompts ?? prompt_ids ?? [[]])[0] }
    /// Whether the model wrote a padding token: it vanishes there, and is a token like any other here.
    var wrotePadding: Bool {
      guard let result, let pad_id else { return false }
      return result[0].drop { $0 == pad_id }.dropFirst(prompt.count).contains(pad_id)
    }

    var testDescription: String { name }

    private struct File: Decodable { var cases: [Trace] }

    /// The cases of so many texts at once.
    static func cases(_ model: String, rows: Int = 1) throws -> [Trace] {
      try JSONDecoder().decode(File.self, from: Fixture.data("\(model)/sampler.json")).cases
        .filter { ($0.prompts ?? $0.prompt_ids ?? []).count == rows }
    }
  }

  /// A model whose text ends at tokens of the test's choice.
  struct Ending: MaskPredictor {
    let model: any MaskPredictor
    let endOfTextTokens: [TokenID]

    var maskToken: TokenID { model.maskToken }
    var vocabularySize: Int { model.vocabularySize }
    var embeddingCount: Int { model.embeddingCount }
    var contextLength: Int { model.contextLength }
    var attention: AttentionPattern { model.attention }
    var isShifted: Bool { model.isShifted }
    var logitsReader: any LogitsReader { model.logitsReader }

    func predict(
      _ request: PredictionRequest, into prediction: inout Prediction
    ) throws(PredictionError) { try model.predict(request, into: &prediction) }

    func makeCache() -> (any PredictionCache)? { model.makeCache() }
  }

  func predictor(
    _ model: String, ends: [TokenID], isShifted: Bool? = nil
  ) throws -> any MaskPredictor {
    let directory = try ModelDirectory(
      path: Fixture.path(model), overrides: ModelOverrides(isShifted: isShifted))
    return Ending(
      model: try LoadedModel(directory, options: ModelOptions(precision: .float32)).predictor,
      endOfTextTokens: ends)
  }

  /// The canvases of a run, the first included.
  func canvases(
    _ canvas: Canvas, _ settings: SamplerSettings, _ predictor: any MaskPredictor,
    random: (any RandomSource)? = nil
  ) throws -> [[TokenID]] {
    var sampler = try Sampler(
      predictor: predictor, canvas: canvas, settings: settings, random: random)
    var canvases = [canvas.tokens]
    while let step = try sampler.step() { canvases.append(step.canvas) }
    return canvases
  }

  @Test(
    arguments: ["bd3lm/qwen3-a", "bd3lm/qwen2-a"],
    [AlgorithmSelection.noCache, AlgorithmSelection("blocks")])
  func writesAsBD3LMDoes(model: String, cache: AlgorithmSelection) throws {
    let traces = try Trace.cases(model).filter {
      $0.temperature == 0 && $0.remasking == "low_confidence" && !$0.wrotePadding
    }
    #expect(traces.count >= 15)
    #expect(traces.contains { $0.cfg_keep_tokens != nil })
    for trace in traces {
      let length = try #require(trace.max_new_tokens), size = try #require(trace.block_size)
      var settings = try PresetRegistry.preset(named: "bd3lm").settings(forLength: length)
      settings.blockLength = size
      settings.steps =
        trace.steps_per_block.map { $0 * ((length + size - 1) / size) } ?? trace.steps!
      settings.guidanceScale = trace.cfg_scale ?? 0
      settings.endOfText = .stop
      settings.cache = cache
      let predictor = try predictor(
        model, ends: [try #require(trace.eos_id)], isShifted: trace.right_shift_logits)
      var canvas = Canvas(prompt: trace.prompt, length: length, maskToken: predictor.maskToken)
      canvas.keep(trace.cfg_keep_tokens ?? [])
      let found = try canvases(canvas, settings, predictor)
      // There the row is padded on the left, and grows by a block at a time.
      let padding = (size - trace.prompt.count % size) % size
      let states = try #require(trace.states).map { $0[0].dropFirst(padding) }
      #expect(found.count == states.count, "\(trace.name)")
      for (canvas, state) in zip(found, states) {
        #expect(canvas.starts(with: state), "\(model) \(trace.name)")
      }
    }
  }

  @Test(
    arguments: ["sdar/tiny-a", "sdar/tiny-untied"],
    [AlgorithmSelection.noCache, AlgorithmSelection("blocks")])
  func writesAsSDARDoes(model: String, cache: AlgorithmSelection) throws {
    let traces = try Trace.cases(model).filter { $0.choice == "argmax" }
    #expect(traces.count >= 15)
    for trace in traces {
      let states = try #require(trace.states).map { $0[0] }
      let size = try #require(trace.block_length), prompt = trace.prompt
      let blocks = states[0].count / size - prompt.count / size
      var settings = try PresetRegistry.preset(named: "sdar").settings(forLength: 1)
      settings.blockLength = size
      settings.steps = try #require(trace.denoising_steps) * blocks
      settings.endOfText = trace.stopping_criteria_idx == nil ? .keep : .stop
      settings.cache = cache
      switch trace.remasking_strategy {
      case "low_confidence_static": settings.strategy = AlgorithmSelection("low-confidence")
      case "sequential": settings.strategy = AlgorithmSelection("left-to-right")
      default:
        settings.strategy.parameters["tau"] = .number(try #require(trace.confidence_threshold))
      }
      let predictor = try predictor(model, ends: trace.stopping_criteria_idx ?? [])
      let found = try canvases(
        Canvas(
          prompt: prompt, length: states[0].count - prompt.count, maskToken: predictor.maskToken),
        settings, predictor)
      #expect(found == states, "\(model) \(trace.name)")
    }
  }

  @Test(
    arguments: ["generate", "batch_sample"],
    [AlgorithmSelection.noCache, AlgorithmSelection("blocks")])
  func writesAsFastDLLM2Does(function: String, cache: AlgorithmSelection) throws {
    let model = "fast-dllm-v2/tiny-untied"
    let traces = try Trace.cases(model).filter {
      // A prompt of exactly one block is lost there.
      $0.function == function && $0.use_block_cache == false
        && $0.name != "prompt_exactly_one_block_is_lost"
    }
    #expect(traces.count >= (function == "generate" ? 8 : 3))
    for trace in traces {
      let size = try #require(trace.block_size), prompt = trace.prompt
      // Whole blocks, the one counted in which the prompt ends, and the first token of the next.
      let blocks = try #require(trace.max_new_tokens) / size * size
      let length = blocks - prompt.count % size + 1
      var settings = try PresetRegistry.preset(named: "fast-dllm-v2").settings(forLength: length)
      settings.blockLength = size
      settings.strategy.parameters = [
        "tau": .number(try #require(trace.threshold)),
        "size": .number(Double(try #require(trace.small_block_size))),
      ]
      settings.endOfText = .stop
      settings.cache = cache
      let predictor = try predictor(model, ends: [try #require(trace.stop_token)])
      let found = try canvases(
        Canvas(prompt: prompt, length: length, maskToken: predictor.maskToken), settings,
        predictor)
      var result = try #require(trace.result)[0]
      // What a batch fills up behind the end is padding there.
      if let end = result[prompt.count...].firstIndex(of: try #require(trace.stop_token)) {
        result.removeSubrange((end + 1)...)
      }
      #expect(try #require(found.last).starts(with: result), "\(trace.name)")
      // The first token of a block is a step of its own here, so there are canvases between.
      var rest = found[...]
      for state in try #require(trace.states) {
        // A batch completes the block in which a text has ended.
        if function == "batch_sample", state[0][prompt.count...].contains(trace.stop_token!) {
          break
        }
        rest = rest.drop { canvas in !zip(canvas, state[0]).allSatisfy { $0 == $1 } }
        #expect(!rest.isEmpty, "\(trace.name)")
      }
    }
  }

  @Test(
    arguments: ["causal/llama3-rope", "causal/qwen2-a", "causal/qwen3-a", "causal/smdm-b"],
    [AlgorithmSelection.noCache, AlgorithmSelection("blocks")])
  func continuesFromLeftToRight(model: String, cache: AlgorithmSelection) throws {
    let traces = try Trace.cases(model).filter { $0.temperature ?? 0 == 0 }
    #expect(traces.count >= 3)
    for trace in traces {
      let prompt = trace.prompt
      let length = trace.max_new_tokens ?? trace.context_length! - prompt.count
      var settings = try PresetRegistry.preset(named: "autoregressive").settings(forLength: length)
      settings.endOfText = .stop
      settings.cache = cache
      let predictor = try predictor(model, ends: [try #require(trace.eos_id)])
      let found = try canvases(
        Canvas(prompt: prompt, length: length, maskToken: predictor.maskToken), settings,
        predictor)
      let result = try #require(trace.result)[0]
      #expect(Array(try #require(found.last).prefix(result.count)) == result, "\(trace.name)")
      #expect(found.count == result.count - prompt.count + 1)
    }
  }

  /// ln p of each token of a continuation in one pass: nothing has to be masked.
  @Test(arguments: ["causal/llama3-rope", "causal/qwen2-a", "causal/qwen3-a", "causal/smdm-b"])
  func knowsTheLikelihoodOfAContinuation(model: String) throws {
    struct File: Decodable {
      struct Case: Decodable {
        var prefix: [TokenID]?
        var target: [TokenID]?
        var token_log_probs: [Double]?
      }
      var cases: [Case]
    }
    let file = try JSONDecoder().decode(File.self, from: Fixture.data("\(model)/likelihood.json"))
    let predictor = try predictor(model, ends: [])
    for sample in file.cases {
      guard let prefix = sample.prefix, let target = sample.target,
        let expected = sample.token_log_probs
      else { continue }
      let row = PredictionRow(
        tokens: prefix + target, wanted: Array(prefix.count..<prefix.count + target.count))
      let found = try predictor.logProbabilities(
        of: [target], in: PredictionRequest(rows: [row]))[0]
      for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-3 + 1e-4 * abs(b)) }
    }
  }

  @Test func refusesToFillTheMiddleOfAText() throws {
    let predictor = try predictor("sdar/tiny-a", ends: [])
    let canvas = Canvas(
      prompt: [1, 2, 3], length: 4, suffix: [5, 6], maskToken: predictor.maskToken)
    let settings = try PresetRegistry.preset(named: "sdar").settings(forLength: 4)
    #expect(throws: SamplerError.textFollows(position: 3)) {
      try Sampler(predictor: predictor, canvas: canvas, settings: settings)
    }
  }

  @Test func aCachedRunGoesOnFromAnyStateAsIfNothingHadHappened() throws {
    let predictor = try predictor("sdar/tiny-a", ends: [])
    let canvas = Canvas(prompt: [1, 2, 3, 4, 5], length: 11, maskToken: predictor.maskToken)
    let settings = try PresetRegistry.preset(named: "sdar").settings(forLength: 11)
    var first = try Sampler(predictor: predictor, canvas: canvas, settings: settings)
    var states = [first.state]
    while try first.step() != nil { states.append(first.state) }
    var again = first
    for state in states.reversed() {
      again.move(to: state)
      while try again.step() != nil {}
      #expect(again.state.canvas == first.state.canvas)
    }
  }
}

import Foundation
import MaskedDiffusion
import Models
import Testing
import _TestSupport

/// Runs whose random numbers or drawn tokens were recorded, and batches against single runs.
extension BlockTraceTests {
  /// The numbers of a run that writes a block of so many positions behind a prompt.
  struct RecordedNumbers: RandomSource {
    /// One table a step, `columns` numbers a position of the block.
    var steps: [[Double]]
    var columns: Int
    var firstPosition: Int
    var blockLength: Int

    private func place(_ position: Int) -> Int { (position - firstPosition) % blockLength }

    func uniform(for purpose: RandomPurpose, step: Int, position: Int) -> Double {
      steps[step - 1][place(position)]
    }

    func tokenUniforms(step: Int, position: Int, count: Int) -> [Double] {
      let first = place(position) * columns
      return Array(steps[step - 1][first..<first + columns])
    }
  }

  /// Numbers that let each position of an aligned block draw the recorded token, whatever the logits.
  struct RecordedTokens: RandomSource {
    var passes: [[TokenID]]

    func uniform(for purpose: RandomPurpose, step: Int, position: Int) -> Double { 0.5 }

    func tokenUniforms(step: Int, position: Int, count: Int) -> [Double] {
      let pass = passes[step - 1]
      var numbers = Array(repeating: 1e-300, count: count)
      numbers[Int(pass[position % pass.count])] = 1 - 0x1p-53
      return numbers
    }
  }

  @Test(arguments: ["bd3lm/qwen3-a", "bd3lm/qwen2-a"], ["gumbel_replay", "random_order_replay"])
  func drawsAsBD3LMDoes(model: String, name: String) throws {
    let trace = try #require(try Trace.cases(model).first { $0.name == name })
    let length = try #require(trace.max_new_tokens), size = try #require(trace.block_size)
    let tensors = try RecordedTensors("\(model)/golden.safetensors")
    let predictor = try predictor(model, ends: [])
    let random = RecordedNumbers(
      steps: try #require(trace.random_tensors).map { try tensors.doubles($0) },
      columns: predictor.vocabularySize, firstPosition: trace.prompt.count, blockLength: size)
    var settings = try PresetRegistry.preset(named: "bd3lm").settings(forLength: length)
    settings.blockLength = size
    settings.steps = try #require(trace.steps)
    settings.temperature = try #require(trace.temperature)
    settings.draw = .gumbel
    settings.endOfText = .keep
    if trace.remasking == "random" { settings.strategy = AlgorithmSelection("random") }
    let canvas = Canvas(prompt: trace.prompt, length: length, maskToken: predictor.maskToken)
    let found = try canvases(canvas, settings, predictor, random: random)
    let padding = (size - trace.prompt.count % size) % size
    let states = try #require(trace.states).map { $0[0].dropFirst(padding) }
    #expect(found.count == states.count)
    for (canvas, state) in zip(found, states) { #expect(canvas.starts(with: state)) }
  }

  @Test(arguments: ["sdar/tiny-a", "sdar/tiny-untied"])
  func drawsAsSDARDoes(model: String) throws {
    let traces = try Trace.cases(model).filter { $0.choice == "drawn" }
    #expect(traces.count == 3)
    for trace in traces {
      let states = try #require(trace.states).map { $0[0] }
      let size = try #require(trace.block_length)
      let blocks = states[0].count / size - trace.prompt.count / size
      var settings = try PresetRegistry.preset(named: "sdar").settings(forLength: 1)
      settings.blockLength = size
      settings.steps = try #require(trace.denoising_steps) * blocks
      settings.temperature = try #require(trace.temperature)
      settings.topK = trace.top_k.flatMap { $0 > 0 ? $0 : nil }
      settings.topP = trace.top_p.flatMap { $0 < 1 ? $0 : nil }
      settings.draw = .gumbel
      settings.endOfText = .keep
      switch trace.remasking_strategy {
      case "low_confidence_static": settings.strategy = AlgorithmSelection("low-confidence")
      case "sequential": settings.strategy = AlgorithmSelection("left-to-right")
      default:
        settings.strategy.parameters["tau"] = .number(try #require(trace.confidence_threshold))
      }
      let predictor = try predictor(model, ends: [])
      let canvas = Canvas(
        prompt: trace.prompt, length: states[0].count - trace.prompt.count,
        maskToken: predictor.maskToken)
      let random = RecordedTokens(passes: try #require(trace.drawn_ids_per_pass))
      let found = try canvases(canvas, settings, predictor, random: random)
      #expect(found == states, "\(model) \(trace.name)")
    }
  }

  @Test func drawsAsSMDMsTwinDoes() throws {
    let model = "causal/smdm-b"
    let trace = try #require(try Trace.cases(model).first { $0.name == "gumbel_replay" })
    let tensors = try RecordedTensors("\(model)/golden.safetensors")
    let predictor = try predictor(model, ends: [try #require(trace.eos_id)])
    let random = RecordedNumbers(
      steps: try #require(trace.random_tensors).map { try tensors.doubles($0) },
      columns: predictor.vocabularySize, firstPosition: trace.prompt.count, blockLength: 1)
    let length = try #require(trace.context_length) - trace.prompt.count
    var settings = try PresetRegistry.preset(named: "autoregressive").settings(forLength: length)
    settings.temperature = try #require(trace.temperature)
    settings.draw = .gumbel
    let canvas = Canvas(prompt: trace.prompt, length: length, maskToken: predictor.maskToken)
    let found = try canvases(canvas, settings, predictor, random: random)
    #expect(found.last == trace.result?[0])
  }

  @Test(arguments: ["bd3lm/qwen3-a", "bd3lm/qwen2-a"])
  func rowsOfABatchAreWrittenAsIfAlone(model: String) throws {
    let traces = try Trace.cases(model, rows: 2)
    #expect(traces.count == 2)
    for trace in traces {
      let length = try #require(trace.max_new_tokens), size = try #require(trace.block_size)
      for (row, prompt) in try #require(trace.prompts).enumerated() {
        var settings = try PresetRegistry.preset(named: "bd3lm").settings(forLength: length)
        settings.blockLength = size
        settings.steps = try #require(trace.steps)
        // There a row that has ended goes on until all have.
        settings.endOfText = .keep
        let predictor = try predictor(model, ends: [])
        let found = try canvases(
          Canvas(prompt: prompt, length: length, maskToken: predictor.maskToken), settings,
          predictor)
        let all = try #require(trace.states)
        let padding = all[0][row].count - prompt.count
        for (canvas, state) in zip(found, all) {
          #expect(canvas.starts(with: state[row].dropFirst(padding)), "\(trace.name), row \(row)")
        }
        #expect(found.count >= all.count)
      }
    }
  }
}

/// Rows that are padded on the left, as if alone.
extension DiffusionTraceTests {
  @Test func rowsOfDreamAreWrittenAsIfAlone() throws {
    let trace = try #require(
      try Trace.all("dream/tiny-a").first { $0.name == "entropy_batch2_left_padded" })
    var settings = try PresetRegistry.preset(named: "dream-entropy").settings(forLength: 1)
    settings.steps = trace.steps
    settings.schedule.parameters["eps"] = .number(try #require(trace.eps))
    try expectRowsAsIfAlone(trace, settings, "dream/tiny-a")
  }

  @Test func rowsOfLLaDAAreWrittenAsIfAlone() throws {
    let trace = try #require(
      try Trace.all("llada/tiny-a").first { $0.name == "batch2_left_padded" })
    var settings = try PresetRegistry.preset(named: "llada").settings(forLength: 1)
    settings.steps = trace.steps
    settings.blockLength = trace.block_length
    try expectRowsAsIfAlone(trace, settings, "llada/tiny-a")
  }

  private func expectRowsAsIfAlone(
    _ trace: Trace, _ settings: SamplerSettings, _ model: String
  ) throws {
    let predictor = try LoadedModel(
      ModelDirectory(path: Fixture.path(model)), options: ModelOptions(precision: .float32)
    ).predictor
    let masks = try #require(trace.attention_mask)
    for (row, padded) in try #require(trace.prompt_ids).enumerated() {
      let padding = masks[row].prefix { $0 == 0 }.count
      let prompt = Array(padded.dropFirst(padding))
      var sampler = try Sampler(
        predictor: predictor,
        canvas: Canvas(
          prompt: prompt, length: trace.states[0][row].count - padded.count,
          maskToken: predictor.maskToken), settings: settings)
      var found = [sampler.state.canvas.tokens]
      while let step = try sampler.step() { found.append(step.canvas) }
      #expect(found == trace.states.map { Array($0[row].dropFirst(padding)) }, "row \(row)")
    }
  }
}

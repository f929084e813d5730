import Foundation
import MaskedDiffusion
import Testing
import _TestSupport

@testable import Models

/// Mixtures of experts against what their authors' code computes.
@Suite struct LLaDAMoETests {
  /// The mask tokens of the fixtures, which the configuration class has no key for.
  static let maskTokens: KeyValuePairs = ["tiny-a": 254, "tiny-mixed": 264]

  private func load(
    _ name: String, mask: Int, _ precision: ModelOptions.Precision = .float32, threads: Int = 2
  ) throws -> LoadedModel {
    let scratch = try ScratchDirectory()
    defer { withExtendedLifetime(scratch) {} }
    let path = try scratch.model(
      "llada-moe/\(name)", weights: "model.safetensors", changing: ["mask_token_id": mask])
    return try LoadedModel(
      ModelDirectory(path: path),
      options: ModelOptions(precision: precision, threadCount: threads))
  }

  @Test(arguments: maskTokens.map { ($0.key, $0.value) }, [1, 2])
  func agreesWithTheReference(model: (name: String, mask: Int), threads: Int) throws {
    let golden = try GoldenLogits("llada-moe/\(model.name)")
    let predictor = try load(model.name, mask: model.mask, threads: threads).predictor
    for testCase in golden.cases {
      let prediction = try predictor.prediction(for: testCase.request)
      let worst = try golden.worstDifference(of: prediction, in: testCase)
      #expect(worst <= 1, "\(testCase.name)")
    }
  }

  @Test(arguments: maskTokens.map { ($0.key, $0.value) })
  func passesThroughTheStatesOfTheReference(name: String, mask: Int) throws {
    let predictor = try load(name, mask: mask).predictor
    let traces = try ReferenceTrace.cases("llada-moe/\(name)/sampler.json")
      .filter { $0.states != nil }
    #expect(traces.count == 4)
    for trace in traces {
      var sampler = try Sampler(
        predictor: predictor, canvas: trace.canvas, settings: trace.settings())
      var states = [sampler.state.canvas.tokens]
      while let step = try sampler.step() { states.append(step.canvas) }
      #expect(states == trace.states?.map { $0[0] }, "\(name) \(trace.name)")
    }
  }

  @Test func answersOneRowAsItAnswersSeveral() throws {
    let golden = try GoldenLogits("llada-moe/tiny-mixed")
    let predictor = try load("tiny-mixed", mask: 264).predictor
    let batch = try #require(golden.cases.first { $0.inputIDs.count > 1 })
    let whole = try predictor.prediction(for: batch.request)
    for (index, row) in batch.request.rows.enumerated() {
      let single = try predictor.prediction(for: PredictionRequest(rows: [row]))
      let worst = zip(single.rows[0].values, whole.rows[index].values).map { abs($0 - $1) }.max()
      #expect((worst ?? 1) < 1e-4)
    }
  }

  @Test func namesAnExpertThatIsMissing() throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.model(
      "llada-moe/tiny-a", weights: "model.safetensors",
      changing: ["mask_token_id": 254, "num_experts": 9])
    #expect {
      _ = try LoadedModel(ModelDirectory(path: path))
    } throws: { error in
      "\(error)".contains("mlp.experts.8") || "\(error)".contains("mlp.gate.weight")
    }
  }

  @Test(arguments: [
    ("num_experts_per_tok", 9 as any Sendable), ("moe_layer_freq", [1] as any Sendable),
    ("partial_rotary_factor", 0.1 as any Sendable), ("attention_bias", true as any Sendable),
    ("clip_qkv", 5.0 as any Sendable), ("hidden_act", "gelu" as any Sendable),
  ])
  func refusesByNameWhatItCannotCompute(key: String, value: any Sendable) throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.model(
      "llada-moe/tiny-a", weights: "model.safetensors",
      changing: ["mask_token_id": 254, key: value])
    #expect {
      _ = try LoadedModel(ModelDirectory(path: path))
    } throws: { "\($0)".contains("'\(key)'") }
  }
}

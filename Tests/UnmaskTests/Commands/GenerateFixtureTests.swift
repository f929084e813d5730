import Foundation
import MaskedDiffusion
import Testing

/// Whole runs of the executable, step by step as the published samplers take them.
@Suite struct GenerateFixtureTests {
  static let smdm = ["tiny-a", "tiny-b", "tiny-gqa"]
  static let llada = ["tiny-a", "tiny-kq", "tiny-sharded"]

  @Test(arguments: smdm) func unmasksAsSMDMDoes(_ name: String) throws {
    let cases = try Fixture.json("smdm/\(name)/sampler.json")["cases"].elements
      .filter { $0["states"][0].elements.count == 1 && $0["alg"].string == "greddy" }
    #expect(cases.count >= 10)
    for sample in cases {
      let prompt = try #require(sample["prompt_ids"][0].integers)
      let length = try #require(sample["context_length"].integer) - prompt.count
      try check(
        sample, model: "smdm/\(name)", prompt: prompt,
        options: [
          "--preset", "smdm-greedy", "--length", "\(length)", "--schedule",
          "timestep:eps=\(try #require(sample["eps"].double))",
        ])
    }
  }

  @Test(arguments: llada) func unmasksAsLLaDADoes(_ name: String) throws {
    let cases = try Fixture.json("llada/\(name)/sampler.json")["cases"].elements
      .filter { $0["states"][0].elements.count == 1 && $0["remasking"].string == "low_confidence" }
    #expect(!cases.isEmpty)
    for sample in cases where sample["temperature"].double == 0 {
      try check(
        sample, model: "llada/\(name)", prompt: try #require(sample["prompt_ids"][0].integers),
        options: [
          "--preset", "llada", "--length", "\(try #require(sample["gen_length"].integer))",
          "--block-length", "\(try #require(sample["block_length"].integer))",
        ])
    }
  }

  private func check(
    _ sample: JSONObject, model: String, prompt: [Int], options: [String]
  ) throws {
    let scratch = try ScratchDirectory()
    let run = try CommandRun(
      arguments: [
        "generate", "--model", Fixture.path(model), "--precision", "f32",
        "--prompt-ids", prompt.map(String.init).joined(separator: ","),
        "--steps", "\(try #require(sample["steps"].integer))",
        "--guidance", "\(try #require(sample["cfg_scale"].double))",
        "--trace", scratch.path("run.jsonl"),
      ] + options)
    let name = sample["name"].string ?? ""
    #expect(run.errors.isEmpty, "\(name)")
    let states = sample["states"].elements.compactMap { $0[0].integers }
    let last = try #require(states.last)
    #expect(run.output == last.map(String.init).joined(separator: ",") + "\n", "\(name)")
    let trace = try TraceFile.read(Data(contentsOf: URL(filePath: scratch.path("run.jsonl"))))
    #expect(trace.steps.map { $0.canvas.map(Int.init) } == Array(states.dropFirst()), "\(name)")
  }
}

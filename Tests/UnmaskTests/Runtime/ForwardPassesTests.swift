import Foundation
import MaskedDiffusion
import Testing
import _TestSupport

/// A run costs the same on the command line, running in the playground at any speed, and stepping by
/// hand.
@Suite struct ForwardPassesTests {
  private let options = [
    "--length", "24", "--steps", "20", "--temperature", "1", "--seed", "3",
  ]

  /// The forward passes of each step, and the text.
  private struct Cost: Equatable {
    var forwards: [Int]
    var canvas: [TokenID]

    init(_ path: String) throws {
      let trace = try TraceFile.read(Data(contentsOf: URL(filePath: path)))
      forwards = trace.steps.map(\.forwards)
      canvas = try #require(trace.steps.last?.canvas)
    }
  }

  private func generated(_ strategy: String, prompt: String) throws -> Cost {
    let scratch = try ScratchDirectory()
    let path = scratch.path("run.jsonl")
    let run = try CommandRun(
      arguments: ["generate", "--strategy", strategy, "--trace", path] + options + [prompt])
    try #require(run.status == 0, "\(run.errors)")
    return try Cost(path)
  }

  private func played(_ strategy: String, _ keys: String, prompt: String) throws -> Cost {
    let scratch = try ScratchDirectory()
    let path = scratch.path("run.jsonl")
    let run = try CommandRun(
      arguments: ["screen", "--strategy", strategy, "--keys", keys + ":save \(path)<enter>"]
        + options + ["--prompt", prompt])
    try #require(run.status == 0, "\(run.errors)")
    return try Cost(path)
  }

  @Test(arguments: ["p2", "remdm", "wino", "core", "klass"])
  func areTheSameHoweverARunIsWatched(_ strategy: String) throws {
    let prompt = "Once"
    let command = try generated(strategy, prompt: prompt)
    #expect(try played(strategy, "<space>", prompt: prompt) == command)
    #expect(try played(strategy, ":delay 0<enter><space>", prompt: prompt) == command)
    // Guesses are shown, the cursor moves, and a step is taken back in between.
    let steps = command.forwards.count
    let hand = "g<right><down><left>" + String(repeating: "<right>", count: steps)
    #expect(try played(strategy, hand, prompt: prompt) == command)
  }

  @Test func p2AsksOncePerStep() throws {
    // A canvas that did not change is not asked about again.
    let forwards = try generated("p2", prompt: "Once").forwards
    #expect(forwards.count == 20)
    #expect(forwards.allSatisfy { $0 <= 1 })
  }
}

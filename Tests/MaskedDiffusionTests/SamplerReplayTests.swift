import Foundation
import MaskedDiffusion
import Testing
import _TestSupport

/// From any step of a trace on, a run goes on as it did.
@Suite struct SamplerReplayTests {
  /// The settings of every preset, and of every strategy under a plain schedule.
  static let cases: [(name: String, settings: SamplerSettings)] =
    PresetRegistry.all.map { preset in
      var settings = preset.settings(forLength: 12)
      settings.steps = 6
      settings.seed = 5
      return ("\(preset)", settings)
    }
    + RemaskingRegistry.all.map { entry in
      (
        "\(entry)",
        SamplerSettings(
          steps: 6, blockLength: 4, strategy: AlgorithmSelection(entry.descriptor.name),
          schedule: AlgorithmSelection("linear"), temperature: 0.8, guidanceScale: 0.5, seed: 9)
      )
    }

  /// The trace as a file holds it.
  private static func written(_ canvas: Canvas, _ settings: SamplerSettings, _ steps: [TraceStep])
    throws -> Trace
  {
    let header = TraceHeader(
      model: TraceHeader.ModelIdentity(
        name: "hash", family: "scripted", configurationChecksum: "", precision: "f32"),
      settings: settings, prompt: [], length: 0, answer: canvas.answer, maskToken: canvas.maskToken
    ).starting(on: canvas)
    let lines =
      [TraceFile.line(for: header)] + steps.flatMap { TraceFile.lines(for: .step($0)) }
    return try TraceFile.read(Data((lines.joined(separator: "\n") + "\n").utf8))
  }

  /// A step without what depends on the clock.
  private static func timeless(_ step: TraceStep) -> TraceStep {
    var step = step
    step.milliseconds = 0
    return step
  }

  @Test(arguments: cases.indices) func theRestIsTheSame(_ index: Int) throws {
    let (name, settings) = Self.cases[index]
    let predictor = ScriptedPredictor.hashing()
    // Where no position sees what follows its block, no text may follow the answer.
    let isCausal = settings.blockRule == .causal || settings.blockRule == .causalAligned
    let canvas = Canvas(
      prompt: [3, 1], length: 12, suffix: isCausal ? [] : [4], maskToken: 11)
    var whole = try Sampler(predictor: predictor, canvas: canvas, settings: settings)
    var steps: [TraceStep] = []
    while let step = try whole.step() { steps.append(Self.timeless(step)) }
    let trace = try Self.written(canvas, settings, steps)
    #expect(trace.steps.count == steps.count)
    for done in 0...steps.count {
      var resumed = try Sampler(
        predictor: predictor, canvas: trace.header.startCanvas, settings: trace.header.settings)
      for step in trace.steps.prefix(done) { resumed.replay(step) }
      #expect(resumed.state.step == done, "\(name)")
      var rest: [TraceStep] = []
      while let step = try resumed.step() { rest.append(Self.timeless(step)) }
      #expect(rest == Array(steps.dropFirst(done)), "\(name) after \(done) steps")
      #expect(resumed.state.forwards == whole.state.forwards, "\(name) after \(done) steps")
    }
  }
}

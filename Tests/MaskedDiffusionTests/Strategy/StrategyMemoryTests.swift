import Foundation
import MaskedDiffusion
import Testing

/// What only some strategies do is written down and read again.
@Suite struct StrategyMemoryTests {
  private var header: TraceHeader {
    TraceHeader(
      model: TraceHeader.ModelIdentity(
        name: "m", family: "f", configurationChecksum: "0", precision: "f32"),
      settings: SamplerSettings(
        steps: 1, strategy: AlgorithmSelection("x"), schedule: AlgorithmSelection("uniform")),
      prompt: [1], length: 3, answer: 1..<4, maskToken: 9)
  }

  @Test func aStepKeepsItsMemoryItsReasonAndEveryKindOfChange() throws {
    var step = TraceStep(
      step: 1, time: 1, nextTime: 0.5, block: 1..<4, forwards: 2,
      unmasked: [
        TraceStep.Unmasking(
          position: 1, token: 4, confidence: 0.5, entropy: 1, fate: .provisional),
        TraceStep.Unmasking(position: 3, token: 8, confidence: 1, entropy: 0, fate: .padding),
      ], remasked: [], canvas: [1, 4, 9, 9, 8])
    step.replaced = [TraceStep.Replacement(position: 2, old: 5, token: 9, confidence: 0.25)]
    step.inserted = [StepDecision.Insertion(before: 3, count: 2)]
    step.deleted = [2]
    step.reason = StepReason(
      kept: "the surest", best: StepReason.Guess(position: 1, token: 4, value: 0.5),
      remasked: "doubted")
    step.memory = MemoryRecord(json: #"{"list":[1,0.5,[true,null]],"word":"a"}"#)
    let lines = [TraceFile.line(for: header)] + TraceFile.lines(for: .step(step))
    let trace = try TraceFile.read(Data(lines.joined(separator: "\n").utf8))
    #expect(trace.steps == [step])
  }

  @Test func theMarginDoesNotDependOnHowManyCandidatesAreListed() throws {
    func margins(_ count: Int) throws -> [Double] {
      var sampler = try Sampler(
        predictor: FormulaModel(parameters: [:]),
        canvas: Canvas(prompt: [3, 1, 4], length: 4, maskToken: 11),
        settings: PresetRegistry.preset(named: "llada").settings(forLength: 4))
      let opinions = try sampler.opinions(count: count)
      let step = TraceStep(
        step: 1, time: 1, nextTime: 0, block: 3..<7, forwards: 1, unmasked: [], remasked: [],
        canvas: [3, 1, 4, 9, 9, 9, 9], opinions: opinions)
      let lines = [TraceFile.line(for: header)] + TraceFile.lines(for: .step(step))
      let read = try TraceFile.read(Data(lines.joined(separator: "\n").utf8))
      return read.steps[0].opinions.map(\.margin)
    }
    let one = try margins(1)
    #expect(one == (try margins(3)))
    #expect(one.allSatisfy { $0 > 0 && $0 < 0.9 })
  }

  @Test func aCustomRandomSourceSurvivesAChangeOfSettings() throws {
    struct Constant: RandomSource {
      func uniform(for purpose: RandomPurpose, step: Int, position: Int) -> Double { 0.999 }
      func tokenUniforms(step: Int, position: Int, count: Int) -> [Double] {
        Array(repeating: 0.5, count: count)
      }
    }
    var settings = try PresetRegistry.preset(named: "smdm-origin").settings(forLength: 4)
    settings.steps = 4
    var sampler = try Sampler(
      predictor: FormulaModel(parameters: [:]),
      canvas: Canvas(prompt: [3, 1, 4], length: 4, maskToken: 11), settings: settings,
      random: Constant())
    #expect(try sampler.step()?.unmasked.isEmpty == true)
    settings.seed = 7
    settings.temperature = 0.5
    try sampler.change(to: settings)
    // Every draw is too high for anything to be unmasked before the last step.
    #expect(try sampler.step()?.unmasked.isEmpty == true)
    #expect(try sampler.step()?.unmasked.isEmpty == true)
  }
}

import MaskedDiffusion
import Testing
import _TestSupport

@Suite struct StepReasonTests {
  private func sentences(_ strategy: String, steps: Int = 4) throws -> [String] {
    var sampler = try Sampler(
      predictor: ScriptedPredictor.hashing(),
      canvas: Canvas(prompt: [3, 1, 4], length: 8, maskToken: 11),
      settings: SamplerSettings(
        steps: steps, strategy: try AlgorithmSelection(parsing: strategy),
        schedule: AlgorithmSelection("timestep"), seed: 3))
    var sentences: [String] = []
    while let step = try sampler.step() { sentences.append(step.sentence { " t\($0)" }) }
    return sentences
  }

  @Test func aRankingSaysWhatWasFirstAndWhatCameNext() throws {
    let said = try sentences("low-confidence", steps: 8)
    #expect(said[0] == "step 1 kept nothing")
    #expect(
      said[1] == "step 2 kept \" t10\" at 6: the surest of 8 guesses (.92); next \" t2\" (.77)")
  }

  @Test func aThresholdSaysHowManyReachIt() throws {
    let said = try sentences("confidence-threshold:tau=0.7")
    #expect(
      said[0] == "step 1 kept 2, first \" t10\" at 6: 2 of 8 guesses reach 0.7 (.92); "
        + "next \" t0\" (.68)")
  }

  @Test func maskingAgainHasAReasonOfItsOwn() throws {
    let said = try sentences("p2:eta=4", steps: 6)
    #expect(
      said.contains {
        $0.contains("; it masked ") && $0.hasSuffix("again: no longer among the best")
      })
  }

  @Test(arguments: RemaskingRegistry.all)
  func everyStepThatKeepsSomethingSaysWhy(_ entry: RemaskingRegistry.Entry) throws {
    let said = try sentences(entry.descriptor.name)
    #expect(
      said.allSatisfy { !$0.contains(" kept ") || $0.contains(": ") || $0.hasSuffix("nothing") })
    #expect(said.contains { $0.contains(": ") })
  }
}

import MaskedDiffusion
import Testing
import _TestSupport

@Suite("Guidance and temperature in the course of a run") struct AnnealingScheduleTests {
  private func settings(_ change: (inout SamplerSettings) throws -> Void) rethrows
    -> SamplerSettings
  {
    var settings = SamplerSettings(
      steps: 8, strategy: AlgorithmSelection("low-confidence"),
      schedule: AlgorithmSelection("uniform"), temperature: 1, guidanceScale: 2, seed: 4)
    try change(&settings)
    return settings
  }

  private func run(_ settings: SamplerSettings) throws -> [TraceStep] {
    var sampler = try Sampler(
      predictor: ScriptedPredictor.hashing(),
      canvas: Canvas(prompt: [3, 1, 4], length: 8, maskToken: 11), settings: settings)
    var steps: [TraceStep] = []
    while let step = try sampler.step() { steps.append(step) }
    return steps
  }

  /// Times and the guidance scale then, of a scale of 2.
  static let scales: [(schedule: String, scales: [(time: Float, scale: Float)])] = [
    ("constant", [(1, 2), (0.5, 2), (0, 2)]),
    ("linear", [(1, 0), (0.75, 0.5), (0.5, 1), (0, 2)]),
    ("linear:start=1,end=0.5", [(1, 2), (0.5, 1.5), (0, 1)]),
    ("cosine", [(1, 0), (0.75, 0.292893), (0.5, 1), (0, 2)]),
    ("cosine:power=2", [(1, 0), (0.5, 0.292893), (0, 2)]),
    ("interval", [(1, 0), (0.75, 2), (0.5, 2), (0.25, 2), (0.2, 0), (0, 0)]),
  ]

  @Test(arguments: scales.indices) func theScaleFollowsItsFormula(_ index: Int) throws {
    let (schedule, expected) = Self.scales[index]
    let settings = try settings { $0.guidanceSchedule = try AlgorithmSelection(parsing: schedule) }
    for (time, scale) in expected {
      #expect(abs(settings.guidanceScale(at: time) - scale) < 1e-5, "\(schedule) at \(time)")
    }
  }

  @Test func aTemperatureFallsUnlessToldOtherwise() throws {
    let settings = settings { $0.temperatureSchedule = AlgorithmSelection("linear") }
    #expect(settings.temperature(at: 1) == 1)
    #expect(settings.temperature(at: 0.25) == 0.25)
    #expect(settings.temperature(at: 0) == 0)
  }

  @Test func aStepWithoutGuidanceCostsOneForwardPass() throws {
    let steps = try run(settings { $0.guidanceSchedule = AlgorithmSelection("interval") })
    // The masked share before each step is 8/8, 7/8, …, 1/8.
    #expect(steps.map(\.forwards) == [1, 1, 2, 2, 2, 2, 2, 1])
    #expect(
      try run(settings { $0.guidanceSchedule = AlgorithmSelection("linear") }).map(\.forwards)
        == [1, 2, 2, 2, 2, 2, 2, 2])
  }

  @Test func factorsOfOneAndZeroAreOnAndOff() throws {
    func selection(_ factor: Double) -> AlgorithmSelection {
      AlgorithmSelection("linear", ["start": .number(factor), "end": .number(factor)])
    }
    let plain = try run(settings { $0.temperature = 5 }).map(\.canvas)
    #expect(
      try run(
        settings {
          $0.temperature = 5
          $0.guidanceSchedule = selection(1)
          $0.temperatureSchedule = selection(1)
        }
      ).map(\.canvas) == plain)
    let cold = try run(settings { $0.temperature = 0 }).map(\.canvas)
    #expect(cold != plain)
    #expect(
      try run(
        settings {
          $0.temperature = 5
          $0.temperatureSchedule = selection(0)
        }
      ).map(\.canvas) == cold)
    let unguided = try run(settings { $0.guidanceScale = 0 }).map(\.canvas)
    #expect(unguided != cold)
    #expect(try run(settings { $0.guidanceSchedule = selection(0) }).map(\.canvas) == unguided)
  }

  @Test func aLookIsThePassOfTheNextStep() throws {
    var sampler = try Sampler(
      predictor: ScriptedPredictor.hashing(),
      canvas: Canvas(prompt: [3, 1, 4], length: 8, maskToken: 11),
      settings: settings { $0.guidanceSchedule = AlgorithmSelection("linear") })
    for _ in 0..<8 {
      let opinions = try sampler.opinions(count: 1)
      let step = try #require(try sampler.step())
      for unmasked in step.unmasked {
        let opinion = try #require(opinions.first { $0.position == unmasked.position })
        #expect(opinion.entropy == unmasked.entropy)
      }
    }
  }
}

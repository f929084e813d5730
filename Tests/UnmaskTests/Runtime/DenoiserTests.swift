import MaskedDiffusion
import PlaygroundUI
import Testing
import _TestSupport

@testable import unmask

@Suite struct DenoiserTests {
  private let predictor = CountingPredictor()

  /// The playground's own requests, answered by a denoiser under test.
  private struct Rig {
    var state: Playground.State
    var denoiser = Denoiser()
    var reports: [Playground.StepReport] = []
    /// Makes a new denoiser for every request, so that nothing can be kept.
    var forgets = false
    let work: PlaygroundWork
    let predictor: any MaskPredictor

    init(_ predictor: any MaskPredictor) {
      self.predictor = predictor
      work = ScriptedModel.work(predictor)
      let start = ScriptedModel.start()
      state = start.state
      perform(start.effects)
    }

    mutating func press(_ keys: String) throws {
      for key in try Key.sequence(keys) { send(.event(.key(key))) }
    }

    private mutating func send(_ message: Playground.Message) {
      perform(Playground.update(&state, with: message))
    }

    private mutating func perform(_ effects: [Playground.Effect]) {
      for effect in effects {
        if forgets { denoiser = Denoiser() }
        do {
          switch effect {
          case .step(let request):
            let report = try denoiser.step(request, predictor: predictor, cancellation: nil)
            reports.append(report)
            send(.stepped(report))
          case .look(let request):
            send(.looked(try denoiser.look(request, predictor: predictor, cancellation: nil)))
          default: for message in work.messages(for: effect) { send(message) }
          }
        } catch { Issue.record(error) }
      }
    }
  }

  private func straightRun() throws -> [TraceStep] {
    let canvas = Canvas(prompt: [1, 2, 3], length: 12, maskToken: 11)
    var sampler = try Sampler(
      predictor: ScriptedPredictor.hashing(), canvas: canvas, settings: ScriptedModel.settings)
    var steps: [TraceStep] = []
    while let step = try sampler.step() { steps.append(step) }
    return steps
  }

  @Test func stepsAreThoseOfTheSampler() throws {
    var rig = Rig(predictor)
    try rig.press("<right><right><right><right><right><right>")
    let expected = try straightRun()
    #expect(rig.reports.map { $0.step?.canvas } == expected.map(\.canvas))
    #expect(rig.reports.last?.isFinished == true)
  }

  @Test func aLookAndTheStepAfterItCostOneForwardPass() throws {
    var rig = Rig(predictor)
    #expect(predictor.calls == 1)
    try rig.press("<right>")
    #expect(rig.reports.first?.step?.forwards == 1)
    // The step used the first look; the second look is that of the new place.
    #expect(predictor.calls == 2)
    try rig.press("<right>")
    #expect(predictor.calls == 3)
  }

  @Test func aPassIsCountedOnceEvenIfSettingsChangeBetweenLookAndStep() throws {
    var rig = Rig(predictor)
    try rig.press("<right>:strategy margin<enter><right>")
    #expect(rig.reports.map { $0.step?.forwards } == [1, 1])
  }

  @Test func whatIsComputedDoesNotDependOnWhatIsKept() throws {
    let keys =
      "<right><right>:strategy margin<enter><right>:steps 9<enter><right>"
      + "<left><left>b<right>m<right>"
    var keeping = Rig(predictor)
    var forgetting = Rig(CountingPredictor())
    forgetting.forgets = true
    try keeping.press(keys)
    try forgetting.press(keys)
    #expect(keeping.reports.map { $0.step?.canvas } == forgetting.reports.map { $0.step?.canvas })
    #expect(keeping.reports.map(\.state.step) == forgetting.reports.map(\.state.step))
    #expect(keeping.reports.count >= 6)
  }

  @Test func aRaisedFlagStopsTheStepAndTheNextOneIsTheSame() throws {
    var state: Playground.State
    var effects: [Playground.Effect]
    (state, effects) = ScriptedModel.start()
    let work = ScriptedModel.work(predictor)
    var step: Playground.StepRequest?
    while !effects.isEmpty {
      for message in work.messages(for: effects.removeFirst()) {
        effects += Playground.update(&state, with: message)
      }
    }
    for effect in Playground.update(&state, with: .event(.key(.right))) {
      if case .step(let request) = effect { step = request }
    }
    let request = try #require(step)
    var denoiser = Denoiser()
    let flag = CancellationFlag()
    flag.raise()
    predictor.setWaiting(true)
    #expect(throws: SamplerError.prediction(.cancelled)) {
      try denoiser.step(request, predictor: predictor, cancellation: flag)
    }
    predictor.setWaiting(false)
    let report = try denoiser.step(request, predictor: predictor, cancellation: nil)
    #expect(try report.step?.canvas == straightRun().first?.canvas)
  }
}

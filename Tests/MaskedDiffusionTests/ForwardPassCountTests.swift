import MaskedDiffusion
import Testing
import _TestSupport

/// A forward pass is counted once, however a run is watched.
@Suite struct ForwardPassCountTests {
  private func sampler(_ strategy: String) throws -> Sampler {
    try Sampler(
      predictor: ScriptedPredictor.hashing(),
      canvas: Canvas(prompt: [3, 1, 4], length: 12, maskToken: 11),
      settings: SamplerSettings(
        steps: 9, strategy: AlgorithmSelection(strategy), schedule: AlgorithmSelection("timestep"),
        temperature: 1))
  }

  @Test(arguments: RemaskingRegistry.all)
  func lookingAndGoingBackCostNothing(_ entry: RemaskingRegistry.Entry) throws {
    var straight = try sampler(entry.descriptor.name)
    var watched = straight
    while let step = try straight.step() {
      _ = try watched.opinions(count: 3)
      let state = watched.state
      _ = try watched.step()
      watched.move(to: state)
      _ = try watched.opinions(count: 2, everywhere: true)
      #expect(try watched.step()?.forwards == step.forwards)
    }
    #expect(watched.state.forwards == straight.state.forwards)
    #expect(try watched.step() == nil)
  }

  @Test func aCanvasThatDidNotChangeIsNotAskedAboutAgain() throws {
    var settings = try PresetRegistry.preset(named: "smdm-origin").settings(forLength: 4)
    settings.steps = 200
    var sampler = try Sampler(
      predictor: ScriptedPredictor.hashing(),
      canvas: Canvas(prompt: [3, 1, 4], length: 4, maskToken: 11), settings: settings)
    var changes = 0
    while let step = try sampler.step() { changes += step.unmasked.isEmpty ? 0 : 1 }
    #expect(sampler.state.step == 200)
    #expect(sampler.state.forwards <= changes + 1)
  }
}

import MaskedDiffusion
import PlaygroundUI
import Testing
import unmask

@Suite struct CanvasPictureTests {
  @Test func rolesTellWhereATokenComesFrom() {
    var picture = CanvasPicture(header)
    #expect(roles(picture) == [.prompt, .masked, .masked, .masked, .masked])
    picture.apply(step(1, [5, 6, 9, 9, 9], unmasked: [1: 0.95]))
    #expect(roles(picture) == [.prompt, .unmaskedNow, .masked, .masked, .masked])
    #expect(picture.maskedCount == 3)
    picture.apply(step(2, [5, 6, 7, 9, 9], unmasked: [2: 0.1]))
    #expect(roles(picture) == [.prompt, .level5, .unmaskedNow, .masked, .masked])
    picture.apply(step(3, [5, 6, 7, 0, 7], unmasked: [3: 1, 4: 0.5]))
    #expect(roles(picture) == [.prompt, .level5, .level1, .afterEnd, .afterEnd])
  }

  @Test func aTokenThatIsMaskedAgainIsShownAsSuch() {
    var picture = CanvasPicture(header)
    picture.apply(step(1, [5, 6, 7, 9, 9], unmasked: [1: 0.9, 2: 0.9]))
    picture.apply(step(2, [5, 9, 7, 9, 9], unmasked: [:], remasked: [1]))
    #expect(roles(picture) == [.prompt, .remasked, .level5, .masked, .masked])
    picture.apply(step(3, [5, 9, 7, 9, 9], unmasked: [:]))
    #expect(roles(picture)[1] == .masked)
  }

  private var header: TraceHeader {
    TraceHeader(
      model: TraceHeader.ModelIdentity(
        name: "tiny", family: "smdm", configurationChecksum: "0", precision: "f32"),
      settings: SamplerSettings(
        steps: 3, strategy: AlgorithmSelection("remdm"), schedule: AlgorithmSelection("linear")),
      prompt: [5], length: 4, answer: 1..<5, maskToken: 9, endOfTextTokens: [0])
  }

  private func step(
    _ number: Int, _ canvas: [TokenID], unmasked: [Int: Double], remasked: [Int] = []
  ) -> TraceStep {
    TraceStep(
      step: number, time: 1, nextTime: 0, block: 1..<5, forwards: 1,
      unmasked: unmasked.map {
        TraceStep.Unmasking(position: $0, token: canvas[$0], confidence: $1, entropy: 0)
      }, remasked: remasked, canvas: canvas)
  }

  private func roles(_ picture: CanvasPicture) -> [StyleRole] {
    picture.cells { _ in [] }.map(\.role)
  }
}

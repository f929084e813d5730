import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite("A race")
struct RaceTests {
  /// The story model against one that takes 30 ms a step in place of 12.
  private func rig() throws -> Rig {
    var rig = Rig(columns: 120)
    try rig.press(":race story-2k<enter>")
    return rig
  }

  private func steps(_ rig: Rig) -> [Int] {
    rig.state.view.compared.compactMap { rig.state.session.branch($0) }
      .map { rig.state.shownStep(of: $0) }
  }

  @Test func beginsWithTwoRunsAtTheirStart() throws {
    let rig = try rig()
    #expect(rig.state.view.compared.count == 2)
    #expect(steps(rig) == [0, 0])
    #expect(rig.text.contains("Each run has a clock of its own"))
  }

  @Test func showsWhatEachHadDoneByThen() throws {
    var rig = try rig()
    try rig.press("<right>")
    #expect(steps(rig) == [1, 0])
    #expect(rig.state.view.race?.time == 12)
    try rig.press("<right><right>")
    // At 30 ms the first has done two steps and the other one.
    #expect(rig.state.view.race?.time == 30)
    #expect(steps(rig) == [2, 1])
    try rig.press("<left>")
    #expect(steps(rig)[1] == 0)
  }

  @Test func saysWhoWasDoneFirstAndInWhatTime() throws {
    var rig = try rig()
    try rig.press("<space>")
    rig.wait(limit: 5_000)
    #expect(!rig.state.isRunning)
    #expect(steps(rig) == [8, 8])
    #expect(rig.text.contains("a was done first, after 0.096 s; b after 0.240 s."))
    #expect(rig.text.contains("0.096 s · 8 forwards"))
    #expect(rig.text.contains("visits a token"))
  }

  @Test func isShownInSlowMotionWhereTheModelsAreQuickerThanTheEye() throws {
    var rig = try rig()
    try rig.press("<space>")
    rig.wait(limit: 20)
    // Eight steps of 30 ms take 240 ms: shown in eight seconds, a second is 30 ms.
    #expect(rig.text.contains("a second here is 30 ms"))
    #expect(rig.state.isRunning)
  }

  @Test func onlyTheRunWhoseClockIsBehindComputes() throws {
    var rig = try rig()
    try rig.press("<space>")
    rig.wait(limit: 5_000)
    var clocks: [String: Double] = ["story-1k": 0, "story-2k": 0]
    for case .step(let request) in rig.effects {
      let other = request.model == "story-1k" ? "story-2k" : "story-1k"
      let isOtherDone = clocks[other] == 96
      #expect(isOtherDone || clocks[request.model, default: 0] <= clocks[other, default: 0])
      clocks[request.model, default: 0] += request.model == "story-2k" ? 30 : 12
    }
    #expect(clocks == ["story-1k": 96, "story-2k": 240])
  }

  @Test func endsWithTheComparison() throws {
    var rig = try rig()
    try rig.press("<right>T")
    #expect(rig.state.view.race == nil)
    #expect(rig.state.view.compared.count == 2)
    try rig.press("T")
    #expect(rig.state.view.race != nil)
    try rig.press("<escape>")
    #expect(rig.state.view.race == nil)
    #expect(rig.state.view.compared.isEmpty)
  }

  @Test func aModelWithoutATwinAsksForAnother() throws {
    var rig = Rig()
    try rig.press("T")
    #expect(rig.text.contains("no autoregressive twin"))
    #expect(rig.text.contains(":race NAME"))
  }

  @Test func aModelThatDoesNotLoadLeavesEverythingAsItWas() throws {
    var rig = Rig()
    try rig.press(":race story-9k<enter>:versus steps 4<enter>")
    #expect(rig.state.view.race == nil)
    #expect(rig.state.view.compared.count == 2)
  }
}

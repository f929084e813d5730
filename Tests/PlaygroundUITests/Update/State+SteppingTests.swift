import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite("Stepping")
struct SteppingTests {
  @Test func opensPausedAtStepZeroWithWhatThePredictorThinks() {
    let rig = Rig()
    #expect(!rig.state.isRunning)
    #expect(rig.state.session.step == 0)
    #expect(rig.state.frame.maskedCount == 24)
    #expect(rig.state.session.point.opinions.count == 24)
    #expect(rig.state.session.point.opinions[0].top.count == Playground.candidateCount)
  }

  @Test func rightDoesOneStepAndLeftGoesBackWithoutTheModel() throws {
    var rig = Rig()
    let forward = try rig.press("<right>")
    #expect(forward.contains { if case .step = $0 { true } else { false } })
    #expect(rig.state.session.step == 1)
    #expect(rig.state.frame.maskedCount == 21)
    let back = try rig.press("<left>")
    #expect(back.isEmpty)
    #expect(rig.state.session.step == 0)
    #expect(rig.state.frame.maskedCount == 24)
    #expect(try rig.press("<right>").isEmpty)
    #expect(rig.state.session.step == 1)
  }

  @Test func spaceRunsToTheEndWithADelayBetweenSteps() throws {
    var rig = Rig()
    try rig.press("<space>")
    #expect(rig.state.isRunning)
    #expect(rig.effects.contains { if case .scheduleTick(_, 120) = $0 { true } else { false } })
    rig.wait()
    #expect(!rig.state.isRunning)
    #expect(rig.state.session.step == 8)
    #expect(rig.state.frame.maskedCount == 0)
    #expect(rig.state.session.shown.isFinished)
  }

  @Test func withoutADelayNoTickIsNeeded() throws {
    var rig = Rig()
    try rig.press(":delay 0<enter><space>")
    #expect(rig.ticks.isEmpty)
    #expect(rig.state.session.step == 8)
  }

  @Test func spacePausesAndATickThatComesLateIsIgnored() throws {
    var rig = Rig()
    try rig.press("<space>")
    rig.wait(limit: 2)
    try rig.press("<space>")
    let step = rig.state.session.step
    rig.wait()
    #expect(rig.state.session.step == step)
  }

  @Test func theScreenIsNeverWaitedForAndSecondRequestsAreNotMade() throws {
    var rig = Rig()
    rig.answers = false
    try rig.press("<right><right><right>")
    #expect(rig.unanswered.count == 1)
    #expect(rig.state.session.step == 0)
    rig.answer()
    #expect(rig.state.session.step == 1)
  }

  @Test func escapeCancelsAStepAndItsAnswerIsIgnored() throws {
    var rig = Rig()
    rig.answers = false
    try rig.press("<right>")
    let request = rig.unanswered
    #expect(try rig.press("<escape>").contains(.cancel))
    guard case .step(let step)? = request.first else { return #expect(Bool(false)) }
    rig.send(
      .stepped(
        Playground.StepReport(
          number: step.number, step: nil, state: step.origin.state, isFinished: true)))
    #expect(rig.state.session.shown.head == 0)
    #expect(!rig.state.session.shown.isFinished)
  }

  @Test func aFailureStopsTheRunAndIsShown() throws {
    var rig = Rig()
    rig.answers = false
    try rig.press("<space>")
    guard case .step(let step)? = rig.unanswered.first else { return #expect(Bool(false)) }
    rig.send(
      .failed(Playground.Failure(number: step.number, text: "out of memory", hint: "less")))
    #expect(!rig.state.isRunning)
    #expect(rig.text.contains("out of memory"))
    #expect(rig.text.contains("less"))
  }

  @Test func aFailureNobodyWaitsForIsNotShown() {
    var rig = Rig()
    rig.send(.failed(Playground.Failure(number: 999, text: "late")))
    #expect(!rig.text.contains("late"))
  }

  @Test func goingBackAndRunningAgainShowsTheSameFuture() throws {
    var rig = Rig()
    try rig.press("<space>")
    rig.wait()
    let end = rig.shownText
    let requests = rig.effects.count
    try rig.press("<home><space>")
    rig.wait()
    #expect(rig.shownText == end)
    #expect(rig.state.session.branches.count == 1)
    let new = rig.effects.dropFirst(requests)
    #expect(!new.contains { if case .step = $0 { true } else { false } })
  }

  @Test func digitsAndPagesScrub() throws {
    var rig = Rig()
    try rig.press("<space>")
    rig.wait()
    try rig.press("5")
    #expect(rig.state.session.step == 4)
    try rig.press("0")
    #expect(rig.state.session.step == 0)
    try rig.press("<pagedown>")
    #expect(rig.state.session.step == 8)
    try rig.press("<pageup>")
    #expect(rig.state.session.step == 0)
    try rig.press("<end>")
    #expect(rig.state.session.step == 8)
  }

  private static var inTwentyFiveSteps: SamplerSettings {
    var settings = StoryModel.settings
    settings.steps = 25
    return settings
  }

  @Test func tenStepsForwardAreComputedWhereTheyAreNotThereYet() throws {
    var rig = Rig(length: 40, settings: Self.inTwentyFiveSteps)
    try rig.press("<right><right><right><pagedown>")
    #expect(rig.state.session.step == 13 && rig.state.session.shown.head == 13)
    #expect(!rig.state.isRunning)
    try rig.press("<home><pagedown>")
    #expect(rig.state.session.step == 10 && rig.state.session.shown.head == 13)
    try rig.press("<pagedown>")
    #expect(rig.state.session.step == 20 && rig.state.session.shown.head == 20)
    try rig.press("<pagedown>")
    #expect(rig.state.session.step == 25 && rig.state.session.shown.isFinished)
    #expect(!rig.text.contains("the run is finished"))
    try rig.press("<pagedown>")
    #expect(rig.text.contains("the run is finished"))
  }

  @Test func aRunIsFinishedOnceNothingIsMaskedThoughStepsAreLeft() throws {
    var settings = Self.inTwentyFiveSteps
    settings.strategy = AlgorithmSelection("confidence-threshold")
    var rig = Rig(length: 6, settings: settings)
    try rig.press("<space>")
    rig.wait()
    #expect(rig.state.frame.maskedCount == 0 && rig.state.session.step < 25)
    #expect(rig.state.session.shown.isFinished && !rig.state.isRunning)
  }

  @Test func tenStepsForwardStopWhereAnotherKeyIsPressed() throws {
    var rig = Rig(length: 40, settings: Self.inTwentyFiveSteps)
    rig.answers = false
    try rig.press("<pagedown><left>")
    rig.answer()
    #expect(rig.state.session.step == 1 && rig.state.session.shown.head == 1)
    try rig.press("<pagedown><esc>")
    #expect(rig.state.requests.step == nil && rig.state.requests.ahead == nil)
  }

  @Test func tenStepsForwardTakeRunsSideBySideAlong() throws {
    var rig = Rig(length: 40, settings: Self.inTwentyFiveSteps)
    try rig.press(":versus strategy margin<enter><pagedown>")
    #expect(rig.state.session.branches.map(\.head) == [10, 10])
    #expect(rig.state.session.step == 10)
  }

  @Test func aDroppedStateIsReachedAgainFromAnEarlierOne() throws {
    var rig = Rig()
    try rig.press("<right><right>:strategy margin<enter><right><right>")
    let branch = rig.state.session.shown
    var bare = branch
    for step in 1...branch.head { bare.change(step) { $0.state = nil } }
    let origin = rig.state.origin(of: bare, at: bare.head)
    #expect(origin.legs.map(\.steps) == [2, 2])
    let sampler = try Rig.sampler(at: origin)
    #expect(sampler.state.canvas == branch.point(branch.head).state?.canvas)
    #expect(sampler.state.step == 4)
  }

  @Test func whatAnEditNeedsIsPartOfTheWay() throws {
    var rig = Rig()
    try rig.press("<right>:position 20<enter>e blue<enter><right><right>")
    let branch = rig.state.session.shown
    var bare = branch
    for step in 1...branch.head { bare.change(step) { $0.state = nil } }
    let sampler = try Rig.sampler(at: rig.state.origin(of: bare, at: bare.head))
    #expect(sampler.state.canvas.tokens == rig.state.frame.tokens)
  }

  @Test func plusAndMinusChangeTheDelay() throws {
    var rig = Rig()
    try rig.press("+")
    #expect(rig.state.preferences.delayMilliseconds == 60)
    try rig.press("--")
    #expect(rig.state.preferences.delayMilliseconds == 250)
    try rig.press("+++++++++")
    #expect(rig.state.preferences.delayMilliseconds == 0)
  }

  @Test func aModelThatCannotBeLoadedLeavesTheProgramAlive() throws {
    var rig = Rig()
    try rig.press(":model nothing<enter>")
    #expect(rig.text.contains("models/nothing: not found"))
    try rig.press("<right>")
    #expect(rig.state.session.step == 1)
  }

  @Test func looksNowAndThenAtUnmaskedTokensOnlyWhenTheCursorIsThere() throws {
    var rig = Rig()
    try rig.press("<right>")
    let unmasked = try #require(rig.state.frame.unmaskedNow.sorted().first)
    try rig.press(":position \(unmasked)<enter>")
    #expect(
      rig.effects.contains { if case .look(let look) = $0 { look.coversUnmasked } else { false } })
    #expect(rig.state.session.point.opinion(at: unmasked) != nil)
  }

  @Test func terminationQuitsAtOnce() {
    var rig = Rig()
    #expect(rig.send(.event(.terminate(.termination))) == [.cancel, .quit])
    #expect(rig.send(.event(.suspend)) == [.suspend])
    #expect(rig.send(.event(.resume)) == [.repaint])
  }
}

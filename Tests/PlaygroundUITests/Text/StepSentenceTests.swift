import PlaygroundUI
import Testing

@Suite("The sentence of a step") struct StepSentenceTests {
  @Test func saysWhatWasKeptAndWhatWasPassedOver() throws {
    var rig = Rig(length: 24)
    #expect(StepSentence(rig.state).text.hasPrefix("24 masks, nothing decided yet. The surest"))
    try rig.press("<right>")
    let text = StepSentence(rig.state).text
    #expect(text.hasPrefix("Step 1 kept 3, first \""), "\(text)")
    #expect(text.contains("the 3 least uncertain of 24 guesses"))
    #expect(text.contains("; next \""))
  }

  @Test func saysWhyARunStopped() throws {
    var rig = Rig()
    try rig.press("<space>")
    rig.wait()
    #expect(StepSentence(rig.state).text.contains("Finished after 8 steps: nothing is masked"))
  }

  @Test(arguments: ["low-confidence", "random", "left-to-right", "p2", "klass"])
  func takesTheWordsOfTheStrategy(_ strategy: String) throws {
    var rig = Rig()
    try rig.press(":strategy \(strategy)<enter><right><right>")
    let step = try #require(rig.state.session.point.step)
    #expect(StepSentence(rig.state).text.lowercased().contains(step.reason?.kept ?? "?"))
  }

  @Test func warnsWhenWordsRepeatTheModelsOwn() throws {
    var rig = Rig()
    try rig.press("<space>")
    rig.wait()
    let state = rig.state
    var twice = state.frame
    #expect(Repetition(twice, model: state.model).count == 0)
    twice.tokens[12] = twice.tokens[11]
    #expect(Repetition(twice, model: state.model).count == 1)
    // What the user typed twice is meant.
    twice.commitments[11] = nil
    twice.commitments[12] = nil
    #expect(Repetition(twice, model: state.model).count == 0)
  }

  @Test func warnsWhenTheCanvasIsTooShort() throws {
    var rig = Rig(length: 10)
    try rig.press("<space>")
    rig.wait()
    #expect(StepSentence(rig.state).text.contains("The canvas was too short"))
    var whole = Rig()
    try whole.press("<space>")
    whole.wait()
    #expect(!StepSentence(whole.state).text.contains("too short"))
  }

  @Test func saysWhatTheCheckerFinds() throws {
    var rig = Rig(hasChecker: true)
    try rig.press("<space>")
    rig.wait()
    let text = StepSentence(rig.state).text
    #expect(text.contains("The checker finds 2 faults; \" fox\" at 10: another fox at"))
    #expect(rig.screen.text.contains("another fox at"))
    var mute = Rig()
    try mute.press("<space>")
    mute.wait()
    #expect(!StepSentence(mute.state).text.contains("checker"))
    #expect(mute.effects.count { if case .judge = $0 { true } else { false } } == 1)
  }

  @Test func tellsWhatYouPutByHand() throws {
    var rig = Rig()
    try rig.press("d<enter>")
    #expect(StepSentence(rig.state).text.hasPrefix("You put"))
  }
}

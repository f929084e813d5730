import PlaygroundUI
import Testing

@Suite("The sentence of a step") struct StepSentenceTests {
  @Test func saysWhatWasKeptAndWhatWasPassedOver() throws {
    var rig = Rig(length: 24)
    #expect(StepSentence(rig.state).text.hasPrefix("24 masks, nothing decided yet. The surest"))
    try rig.press("<right>")
    let text = StepSentence(rig.state).text
    #expect(text.hasPrefix("Step 1 kept 3 tokens of 24 guesses, from \" fox\" at 10"), "\(text)")
    #expect(text.contains("best of the others"))
  }

  @Test func saysWhyARunStopped() throws {
    var rig = Rig()
    try rig.press("<space>")
    rig.wait()
    #expect(StepSentence(rig.state).text.contains("Finished after 8 steps: nothing is masked"))
  }

  @Test func warnsWhenWordsRepeat() throws {
    var rig = Rig(length: 4)
    try rig.press(":position 9<enter>e fox fox fox<enter>")
    try rig.press("<space>")
    rig.wait()
    #expect(Repetition(rig.state.frame, model: rig.state.model).count == 0)
    try rig.press("<home>:temperature 0<enter>")
  }

  @Test func tellsWhatYouPutByHand() throws {
    var rig = Rig()
    try rig.press("d<enter>")
    #expect(StepSentence(rig.state).text.hasPrefix("You put"))
  }
}

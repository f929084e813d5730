import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite("Editing")
struct EditingTests {
  @Test func typingPutsTokensOverTheCanvas() throws {
    var rig = Rig()
    try rig.press(":position 12<enter>e blue kite<enter>")
    #expect(rig.shownText.contains("___ blue kite___"))
    #expect(rig.state.frame.isTyped(12))
    #expect(rig.state.frame.isLocked[12])
    #expect(!rig.state.frame.isGiven[12])
    try rig.press("<space>")
    rig.wait()
    #expect(rig.shownText.contains(" blue kite"))
  }

  @Test func typedTextCountsAsPromptWhereTheUserSaysSo() throws {
    var rig = Rig()
    try rig.press("P:position 12<enter>e blue<enter>")
    #expect(rig.state.frame.isGiven[12])
  }

  @Test func textThatDoesNotFitIsCut() throws {
    var rig = Rig()
    try rig.press(":position 32<enter>e fox fox fox<enter>")
    #expect(rig.state.frame.count == 33)
    #expect(rig.text.contains("2 tokens did not fit"))
  }

  @Test func maskingASpanMakesItUnknownAgain() throws {
    var rig = Rig()
    try rig.press("<space>")
    rig.wait()
    try rig.press(":position 10<enter>v<shift-right><shift-right>m")
    #expect(rig.state.frame.maskedCount == 3)
    #expect(rig.state.session.branches.count == 1)
    #expect(!rig.state.session.shown.isFinished)
    try rig.press(":steps 12<enter><right>")
    #expect(rig.state.frame.maskedCount < 3)
  }

  @Test func changingThePastMakesABranchAndKeepsTheOldFuture() throws {
    var rig = Rig()
    try rig.press("<space>")
    rig.wait()
    let end = rig.shownText
    try rig.press("<home><right><right>:position 20<enter>e hat<enter>")
    #expect(rig.state.session.branches.count == 2)
    #expect(rig.state.session.shown.name == "b")
    #expect(rig.state.session.shown.departure == 2)
    try rig.press("<space>")
    rig.wait()
    #expect(rig.shownText.contains(" hat"))
    try rig.press(":show a<enter><end>")
    #expect(rig.shownText == end)
  }

  @Test func lockedPositionsStayAsTheyAre() throws {
    var rig = Rig()
    try rig.press(":position 15<enter>l<space>")
    rig.wait()
    #expect(rig.state.frame.isMasked(15))
    #expect(rig.state.frame.maskedCount == 1)
  }

  @Test func undoAndRedoWalkThroughEdits() throws {
    var rig = Rig()
    let before = rig.state.frame
    try rig.press(":position 12<enter>e blue<enter>")
    let after = rig.state.frame
    try rig.press("u")
    #expect(rig.state.frame == before)
    try rig.press("U")
    #expect(rig.state.frame == after)
    try rig.press("uu")
    #expect(rig.text.contains("nothing to undo"))
  }

  @Test func undoOfAnEditInThePastRemovesTheBranchItMade() throws {
    var rig = Rig()
    try rig.press("<right><right><right><left>:position 20<enter>e hat<enter>")
    #expect(rig.state.session.branches.count == 2)
    try rig.press("u")
    #expect(rig.state.session.branches.count == 1)
    #expect(rig.state.session.step == 2)
    try rig.press("U")
    #expect(rig.state.session.branches.count == 2)
    #expect(rig.shownText.contains(" hat"))
  }

  @Test func undoKeepsStepsDoneSince() throws {
    var rig = Rig()
    try rig.press(":position 20<enter>e hat<enter><right><right>u")
    #expect(rig.state.session.branches.count == 2)
    #expect(!rig.shownText.contains(" hat"))
    try rig.press(":show a<enter><end>")
    #expect(rig.state.session.shown.head == 2)
    #expect(rig.shownText.contains(" hat"))
  }

  @Test func theCanvasGrowsAndShrinksAtItsEnd() throws {
    var rig = Rig()
    try rig.press(">>")
    #expect(rig.state.frame.count == 35)
    try rig.press("<lt>:grow -30<enter>")
    #expect(rig.state.frame.answer.count == 0 || rig.state.frame.count >= 9)
    try rig.press(":grow 60000<enter>")
    #expect(rig.text.contains("at most 128 positions"))
  }

  @Test func aCandidateOfTheInspectorCanBePut() throws {
    var rig = Rig()
    let token = rig.state.session.point.opinion(at: 9)?.top[1].token
    try rig.press("<tab><down><enter>")
    #expect(rig.state.frame.tokens[9] == token)
    #expect(rig.state.frame.isTyped(9))
  }

  @Test func decodingByHandIsStepsAndATally() throws {
    var rig = Rig()
    try rig.press("d")
    #expect(rig.state.session.point.proposal != nil)
    try rig.press("<enter>")
    #expect(rig.state.session.step == 1)
    #expect(rig.state.session.point.isByHand)
    #expect(rig.state.view.handTally?.choices == 1)
    #expect(rig.state.view.handTally?.sameToken == 1)
    try rig.press("<down><enter>")
    #expect(rig.state.view.handTally?.choices == 2)
    #expect(rig.state.view.handTally?.sameToken == 1)
    let byHand = rig.state.frame.tokens[9]
    try rig.press("d<space>")
    rig.wait()
    #expect(rig.state.frame.tokens[9] == byHand)
    #expect(rig.state.frame.maskedCount == 0)
    #expect(rig.state.session.shown.steps.map(\.step) == Array(1...rig.state.session.shown.head))
  }

  @Test func aNewPromptStartsARunOfItsOwn() throws {
    var rig = Rig()
    try rig.press("<right>p<ctrl-u>Once [MASK] a [MASK]<enter>")
    #expect(rig.state.session.branches.count == 2)
    #expect(rig.state.session.step == 0)
    #expect(rig.shownText.hasPrefix("Once_ a_"))
    #expect(rig.state.session.shown.parent?.number == 0)
  }

  @Test func aPromptThatEndsInAGapKeepsTheLengthThatFollows() throws {
    var rig = Rig(prompt: "Once [MASK]", length: 6)
    #expect(rig.state.frame.maskedCount == 7)
    try rig.press("<right>pThen<enter>")
    #expect(rig.state.session.shown.promptText == "Once [MASK]Then")
    #expect(rig.state.frame.maskedCount == 7)
  }

  @Test func aPromptWithoutMasksAndWithoutLengthIsRefused() throws {
    var rig = Rig()
    try rig.press("<right>:length 0<enter>")
    #expect(rig.text.contains("nothing is masked"))
    try rig.press(":length 4000<enter>")
    #expect(rig.text.contains("expected at most 128"))
    #expect(rig.state.session.branches.count == 1)
  }

  @Test func pastedTextGoesWhereItIsTyped() throws {
    var rig = Rig()
    try rig.press("p")
    rig.send(.event(.paste(" Then\r\nit")))
    guard case .prompt(let editor)? = rig.state.mode else { return #expect(Bool(false)) }
    #expect(editor.text == "Once upon a time there was a fox. Then\nit")
  }

  @Test func anEditWhileAStepIsComputedCancelsIt() throws {
    var rig = Rig()
    rig.answers = false
    try rig.press("<right>")
    rig.answers = true
    try rig.press(":position 20<enter>e hat<enter>")
    #expect(rig.effects.contains(.cancel))
    #expect(rig.state.session.shown.head == 0)
    #expect(rig.shownText.contains(" hat"))
  }
}

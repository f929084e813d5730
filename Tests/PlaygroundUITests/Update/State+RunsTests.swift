import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite("Branches, settings, comparisons")
struct RunsTests {
  @Test func aSettingChangedAtTheEndTakesEffectInTheNextStep() throws {
    var rig = Rig()
    try rig.press("<right>:strategy margin<enter>")
    #expect(rig.state.session.branches.count == 1)
    #expect(rig.state.session.shown.point(0).settings.strategy.name == "entropy")
    #expect(rig.state.session.shown.point(1).settings.strategy.name == "margin")
    let effects = try rig.press("<right>")
    let request = effects.compactMap { effect -> Playground.StepRequest? in
      if case .step(let request) = effect { request } else { nil }
    }.first
    #expect(request?.origin.settings.strategy.name == "entropy")
    #expect(request?.origin.legs.map(\.settings.strategy.name) == ["margin"])
  }

  @Test func aSettingChangedWhileAStepIsComputedWaitsForIt() throws {
    var rig = Rig()
    rig.answers = false
    try rig.press("<right>:temperature 0.5<enter>")
    #expect(rig.state.session.settings.temperature == 0)
    #expect(rig.state.visibleSettings.temperature == 0.5)
    rig.answer()
    #expect(rig.state.session.step == 1)
    #expect(rig.state.session.settings.temperature == 0.5)
    #expect(rig.state.session.shown.point(0).settings.temperature == 0)
  }

  @Test func aSettingChangedInThePastMakesABranch() throws {
    var rig = Rig()
    try rig.press("<space>")
    rig.wait()
    try rig.press("3:strategy random<enter>")
    let session = rig.state.session
    #expect(session.branches.map(\.name) == ["a", "b"])
    #expect(session.shown.departure == session.step)
    #expect(
      session.shown.changes(from: session.branches[0], rig.state.model) == [
        "strategy entropy → random"
      ])
    #expect(session.branches[0].head == 8)
  }

  @Test func theStepCountIsPlannedAnew() throws {
    var rig = Rig()
    try rig.press("<right><right>:steps 20<enter><space>")
    rig.wait()
    #expect(rig.state.session.step == 20)
    #expect(rig.state.frame.maskedCount == 0)
  }

  @Test func restartShowsTheStartAndANewSeedIsANewBranch() throws {
    var rig = Rig()
    try rig.press("<right><right>r")
    #expect(rig.state.session.step == 0)
    #expect(rig.state.session.branches.count == 1)
    try rig.press("R")
    #expect(rig.state.session.branches.count == 2)
    #expect(rig.state.session.settings.seed == 8)
  }

  @Test func branchesAreNamedWalkedAndDeleted() throws {
    var rig = Rig()
    try rig.press("<right>b:name wild<enter>")
    #expect(rig.state.session.shown.name == "wild")
    try rig.press(":name a<enter>")
    #expect(rig.text.contains("another branch is called a"))
    try rig.press("{")
    #expect(rig.state.session.shown.name == "a")
    try rig.press("}:delete<enter>")
    #expect(rig.state.session.names == ["a"])
    try rig.press(":delete<enter>")
    #expect(rig.text.contains("the last branch stays"))
  }

  @Test func deletingABranchLeavesThoseThatLeftIt() throws {
    var rig = Rig()
    try rig.press("<right><right>b<right>b<right>")
    let end = rig.state.frame
    try rig.press(":show b<enter>:delete<enter>:show c<enter><end>")
    #expect(rig.state.frame == end)
    #expect(rig.state.session.shown.parent?.number == 0)
    #expect(rig.state.session.shown.departure == 2)
  }

  @Test func thereIsAnEndToTheNumberOfBranches() throws {
    var rig = Rig()
    for _ in 0..<(Session.branchLimit + 5) { try rig.press("b") }
    #expect(rig.state.session.branches.count == Session.branchLimit)
    #expect(rig.text.contains("there are 64 branches"))
    #expect(Set(rig.state.session.names).count == Session.branchLimit)
  }

  @Test func comparedRunsStepTogether() throws {
    var rig = Rig()
    try rig.press(":versus strategy random<enter>")
    #expect(rig.state.view.compared.count == 2)
    try rig.press("<right><right>")
    #expect(rig.state.session.branches.map(\.head) == [2, 2])
    #expect(rig.state.session.step == 2)
    try rig.press("<space>")
    rig.wait()
    #expect(rig.state.session.branches.map(\.head) == [8, 8])
    #expect(!rig.state.isRunning)
    try rig.press("<left>")
    #expect(rig.state.session.step == 7)
  }

  @Test func differingTokensAreMarked() throws {
    var rig = Rig(columns: 120)
    try rig.press(":versus temperature 5<enter><space>")
    rig.wait()
    #expect(rig.screen.transcript.contains("d"))
    #expect((0..<24).contains { row in rig.screen.row(row).contains { $0.role == .differs } })
  }

  @Test func anotherModelRunsBesideTheFirst() throws {
    var rig = Rig(columns: 120)
    try rig.press(":versus model story-2k<enter><right>")
    #expect(rig.state.view.compared.count == 2)
    #expect(
      rig.state.view.compared.compactMap { rig.state.session.branch($0)?.model } == [
        "story-1k", "story-2k",
      ])
    #expect(rig.state.view.compared.compactMap { rig.state.session.branch($0)?.head } == [1, 1])
  }

  @Test func comparingMoreThanFourIsNotPossible() throws {
    var rig = Rig()
    for seed in 1...5 { try rig.press(":versus seed \(seed)<enter>") }
    #expect(rig.state.view.compared.count == 4)
    #expect(rig.text.contains("four runs are compared already"))
    try rig.press("C")
    #expect(rig.state.view.compared.isEmpty)
  }

  @Test func goingBackWhileComparedRunsComputeStaysThere() throws {
    var rig = Rig()
    try rig.press(":versus strategy random<enter><right><right>")
    rig.answers = false
    try rig.press("<right><left>")
    rig.answer()
    rig.answer()
    #expect(rig.state.session.step == 1)
  }

  @Test func slidersMoveAndTypedValuesAreChecked() throws {
    var rig = Rig()
    try rig.press("<tab><tab><right>")
    #expect(rig.state.session.settings.steps == 9)
    try rig.press("<enter><ctrl-u>0<enter>")
    #expect(rig.text.contains("steps is 0, expected 1 to 65536"))
    try rig.press("<enter><ctrl-u>32<enter>")
    #expect(rig.state.session.settings.steps == 32)
    try rig.press("<backspace>")
    #expect(rig.state.session.settings.steps == 8)
  }

  @Test func quittingAsksOnlyWhenSomethingWouldBeLost() throws {
    var rig = Rig()
    try rig.press("<right>")
    #expect(try rig.press("q") == [.cancel, .quit])
    try rig.press("b")
    #expect(try rig.press("q").isEmpty)
    #expect(rig.text.contains("quit?"))
    #expect(try rig.press("n").isEmpty)
    try rig.press(":save x.jsonl<enter>")
    #expect(try rig.press("q") == [.cancel, .quit])
  }

  @Test func theMouseInspectsScrubsAndScrolls() throws {
    var rig = Rig()
    try rig.press("<space>")
    rig.wait()
    rig.send(.event(.mouse(MouseEvent(.press(.left), at: ScreenPoint(row: 2, column: 7)))))
    #expect(rig.state.view.cursor == 1)
    let timeline = PanelLayout(rig.state)[.branches]
    rig.send(
      .event(.mouse(MouseEvent(.press(.left), at: ScreenPoint(row: timeline.row, column: 14 + 9)))))
    #expect(rig.state.session.step == 3)
    rig.send(
      .event(.mouse(MouseEvent(.drag(.left), at: ScreenPoint(row: timeline.row, column: 14 + 15)))))
    #expect(rig.state.session.step == 5)
    rig.send(.event(.mouse(MouseEvent(.wheelDown, at: ScreenPoint(row: 4, column: 4)))))
    #expect(rig.state.view.scroll == 2)
    rig.send(.event(.mouse(MouseEvent(.wheelUp, at: ScreenPoint(row: 4, column: 4)))))
    #expect(rig.state.view.scroll == 0)
  }

  @Test func searchGoesToMatches() throws {
    var rig = Rig()
    try rig.press("<space>")
    rig.wait()
    try rig.press("<shift-left>/FOX<enter>")
    let first = rig.state.view.cursor
    #expect(rig.shownText.contains(" fox"))
    try rig.press("n")
    #expect(rig.state.view.cursor != first)
    try rig.press("N")
    #expect(rig.state.view.cursor == first)
    try rig.press("/zebra<enter>")
    #expect(rig.text.contains("'zebra' is not there"))
  }

  @Test func theTextIsCopiedWithoutPromptMasksAndEnd() throws {
    var rig = Rig()
    try rig.press("<space>")
    rig.wait()
    let effects = try rig.press("y")
    guard case .copyText(let text)? = effects.first else { return #expect(Bool(false)) }
    #expect(text.hasPrefix(StoryModel.prompt))
    #expect(!text.contains("<end>"))
  }

  @Test func filesAreAskedForByName() throws {
    var rig = Rig()
    #expect(try rig.press(":open a b.jsonl<enter>") == [.openTrace(path: "a b.jsonl")])
    #expect(
      try rig.press(":export s.txt<enter>") == [.exportScreen(to: Playground.FileTarget("s.txt"))])
    #expect(try rig.press(":save-settings<enter>") == [.savePreferences(rig.state.preferences)])
  }

  @Test func aFileOfSomebodyElseIsReplacedOnlyWhenAsked() throws {
    var rig = Rig()
    rig.files = ["run-a.jsonl"]
    try rig.press("bs<enter>")
    #expect(rig.text.contains("run-b.jsonl is written"))
    #expect(rig.state.unsavedChanges == 0)
    try rig.press(":save run-a.jsonl<enter>")
    #expect(rig.text.contains("run-a.jsonl exists."))
    #expect(rig.text.contains("y replaces it, n writes free.jsonl"))
    try rig.press("x")
    #expect(rig.text.contains("nothing was written"))
    try rig.press(":save run-a.jsonl<enter>n")
    #expect(rig.text.contains("free.jsonl is written"))
    try rig.press(":save run-a.jsonl<enter>y")
    #expect(rig.text.contains("run-a.jsonl is written"))
    // What was written here is proposed again, and replaced without a question.
    try rig.press("s<enter>")
    #expect(rig.text.contains("run-a.jsonl is written"))
  }

  @Test func changesStayUnsavedWhenTheFileIsOccupied() throws {
    var rig = Rig()
    rig.files = ["x.jsonl"]
    try rig.press("b:save x.jsonl<enter><escape>")
    #expect(rig.state.unsavedChanges == 1)
  }

  @Test(
    "an end of text means what it means on the command line",
    arguments: [
      ("", EndOfTextPolicy.last), ("Once", .stop), ("Once upon a [MASK].", .forbid),
      ("[MASK:4]", .last), ("Once [MASK]", .stop),
    ])
  func endOfText(_ prompt: String, _ policy: EndOfTextPolicy) throws {
    let prompt = prompt.replacing("[MASK:4]", with: "[MASK][MASK][MASK][MASK]")
    var settings = StoryModel.settings
    settings.endOfText = .stop
    var rig = Rig(prompt: "Once upon", settings: settings)
    var info = StoryModel.info()
    info.suggestedSettings.endOfText = .stop
    rig.send(.loaded(info))
    try rig.press("p")
    for _ in 0..<20 { rig.send(.event(.key(.backspace))) }
    rig.send(.event(.paste(prompt)))
    try rig.press("<enter>")
    #expect(rig.state.session.shown.promptText == prompt)
    #expect(rig.state.session.settings.endOfText == policy)
    // What somebody chose stays.
    try rig.press(":end-of-text keep<enter>:length 9<enter>")
    #expect(rig.state.session.settings.endOfText == .keep)
  }

  @Test func gapsGetAsManyStepsAsTheyNeedUnlessSomebodyChose() throws {
    var info = StoryModel.info()
    info.suggestedLength = 24
    info.suggestedSettings.steps = 24
    var rig = Rig(settings: info.suggestedSettings)
    rig.send(.loaded(info))
    func ask(_ prompt: String) throws {
      try rig.press("p")
      for _ in 0..<80 { rig.send(.event(.key(.backspace))) }
      rig.send(.event(.paste(prompt)))
      try rig.press("<enter>")
    }
    try ask("The fox [MASK] and [MASK] away")
    #expect(rig.state.session.settings.steps == 2)
    try ask("The fox")
    #expect(rig.state.session.settings.steps == 24)
    try rig.press(":steps 7<enter>")
    try ask("The fox [MASK] away")
    #expect(rig.state.session.settings.steps == 7)
  }

  @Test func whatWentWrongBeforeThereWasAnythingToSeeIsSaidOnce() throws {
    var (state, _) = Playground.start(
      .model("story-1k", prompt: StoryModel.prompt, length: 8, settings: StoryModel.settings),
      size: ScreenSize(rows: 24, columns: 80))
    for text in ["keys.json: line 3: no such action", "settings.json: not JSON"] {
      _ = Playground.update(&state, with: .failed(Playground.Failure(text: text)))
    }
    let effects = Playground.update(&state, with: .loaded(StoryModel.info()))
    guard case .tokenize(let request)? = effects.last else {
      Issue.record("no run was begun: \(effects)")
      return
    }
    _ = Playground.update(
      &state,
      with: .tokenized(
        Playground.TokenizeReport(
          number: request.number, tokens: StoryModel.tokens(StoryModel.prompt))))
    let text = Playground.screen(for: state).text
    #expect(text.contains("keys.json: line 3") && text.contains("settings.json: not JSON"))
    _ = Playground.update(&state, with: .event(.key(.character("."))))
    #expect(!Playground.screen(for: state).text.contains("keys.json"))
  }

  @Test func anEndOfTextThatWasTypedAtTheStartHoldsForEveryCanvas() throws {
    var info = StoryModel.info()
    info.suggestedSettings.endOfText = .stop
    info.endOfTextIsChosen = true
    var rig = Rig(prompt: "Once upon", settings: info.suggestedSettings)
    rig.send(.loaded(info))
    try rig.press("p")
    for _ in 0..<20 { rig.send(.event(.key(.backspace))) }
    try rig.press("<enter>")
    #expect(rig.state.session.shown.promptText.isEmpty)
    #expect(rig.state.session.settings.endOfText == .stop)
  }

  @Test func withoutAPromptAModelBeginsWithItsOwn() throws {
    for suggested in ["There was a fox", ""] {
      var info = StoryModel.info()
      info.examples = [Example(name: "a fox", prompt: "There was a fox", length: 12)]
      info.suggestedPrompt = suggested
      info.suggestedLength = 24
      var (state, _) = Playground.start(
        .model("story-1k", prompt: nil, length: nil, settings: nil),
        size: ScreenSize(rows: 24, columns: 80))
      let effects = Playground.update(&state, with: .loaded(info))
      guard case .tokenize(let request)? = effects.last else {
        Issue.record("no run was begun: \(effects)")
        return
      }
      #expect(request.text == suggested)
      _ = Playground.update(
        &state,
        with: .tokenized(
          Playground.TokenizeReport(
            number: request.number, tokens: StoryModel.tokens(request.text))))
      #expect(state.session.shown.appendedLength == (suggested.isEmpty ? 24 : 12))
    }
  }

  @Test func anExampleGetsTheStepsThatItsLengthNeedsUnlessSomebodyChose() throws {
    var info = StoryModel.info()
    info.examples = [
      Example(name: "short", prompt: "Once upon", length: 12),
      Example(name: "long", prompt: "There was a fox", length: 48),
    ]
    info.suggestedLength = 24
    info.suggestedSettings.steps = 8
    var rig = Rig()
    rig.send(.loaded(info))
    try rig.press(":example short<enter>")
    #expect(rig.state.session.settings.steps == 4)
    try rig.press(":example long<enter>")
    #expect(rig.state.session.settings.steps == 16)
    try rig.press(":steps 5<enter>:example short<enter>")
    #expect(rig.state.session.settings.steps == 5)
  }
}

import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite("The command palette")
struct PaletteTests {
  @Test func everyCommandActionAndSettingIsCompleted() {
    let rig = Rig()
    let names = Palette.completions(of: "", in: rig.state).map(\.name)
    #expect(Palette.commands.allSatisfy { names.contains($0.name) })
    #expect(Palette.actions.allSatisfy { names.contains($0.rawValue) })
    #expect(
      SettingField.fields(of: rig.state.session.settings).allSatisfy { names.contains($0.label) })
    #expect(Set(names).count == names.count)
  }

  @Test func tabTakesTheChosenCompletion() throws {
    var rig = Rig()
    try rig.press(":strat<tab>ma<tab><enter>")
    #expect(rig.state.session.settings.strategy.name == "margin")
    try rig.press(":theme <down><tab><enter>")
    #expect(rig.state.preferences.theme == .light)
  }

  @Test func theLastOfSeveralWordsIsCompleted() {
    let rig = Rig()
    #expect(
      Palette.completions(of: "versus strategy ran", in: rig.state).map(\.line)
        == ["versus strategy random"])
    #expect(
      Palette.completions(of: "model ", in: rig.state).map(\.name) == ["story-1k", "story-2k"])
  }

  @Test func aSettingWithoutAValueIsShown() throws {
    var rig = Rig()
    try rig.press(":steps<enter>")
    #expect(rig.text.contains("steps is 8"))
  }

  @Test func presetsSetEverythingButTheSeed() throws {
    var rig = Rig()
    try rig.press(":preset llada<enter>")
    let settings = rig.state.session.settings
    #expect(settings.strategy.name == "low-confidence")
    #expect(settings.steps == 24)
    #expect(settings.blockLength == 24)
    #expect(settings.seed == 7)
  }

  @Test func mistakesAreExplained() throws {
    var rig = Rig()
    try rig.press(":stepss 3<enter>")
    #expect(rig.text.contains("there is no command called 'stepss'  did you mean 'steps'?"))
    try rig.press(":goto far<enter>")
    #expect(rig.text.contains("goto is 'far', expected a number, 0 or more"))
    try rig.press(":delay<enter>")
    #expect(rig.text.contains("delay needs MILLISECONDS"))
    try rig.press(":strategy best<enter>")
    #expect(rig.text.contains("there is no strategy called 'best'"))
  }

  @Test func actionsWorkByName() throws {
    var rig = Rig()
    try rig.press(":forward<enter>:ghosts<enter>:grow<enter>")
    #expect(rig.state.session.step == 1)
    #expect(rig.state.preferences.showsGhosts)
    #expect(rig.state.frame.count == 34)
  }

  @Test func escapeLeavesEverythingAsItWas() throws {
    var rig = Rig()
    let before = rig.state
    try rig.press(":steps 3<escape>")
    #expect(rig.state == before)
  }
}

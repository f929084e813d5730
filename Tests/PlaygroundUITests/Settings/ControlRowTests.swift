import PlaygroundUI
import Testing

@Suite("The panel of controls")
struct ControlRowTests {
  @Test func listsEverythingARunDependsOn() {
    let rig = Rig()
    let labels = ControlRow.rows(of: rig.state).map(\.label)
    for label in [
      "model", "length", "steps", "block-length", "schedule", "strategy", "alg-temp", "guidance",
      "temperature", "top-k", "top-p", "seed", "end-of-text", "delay",
    ] {
      #expect(labels.contains(label), "\(label)")
    }
  }

  @Test func everyControlCanBeMovedTypedAndReset() throws {
    for index in ControlRow.rows(of: Rig().state).indices {
      var rig = Rig()
      try rig.press("<tab><tab>" + String(repeating: "<down>", count: index))
      let control = rig.state.view.chosenControl
      #expect(control == ControlRow.rows(of: rig.state)[index])
      try rig.press("<enter>")
      #expect(rig.state.mode != nil, "\(control.label)")
      try rig.press("<escape><right>")
      if rig.state.mode == nil {
        try rig.press("<backspace>")
      } else {
        #expect([.model, .length].contains(control))
      }
    }
  }

  @Test func anotherLengthStartsABranchAtStepZero() throws {
    var rig = Rig()
    try rig.press("<right>:length 12<enter>")
    #expect(rig.state.session.step == 0)
    #expect(rig.state.frame.maskedCount == 12)
    #expect(rig.state.session.branches.count == 2)
    #expect(rig.text.contains("length 24 → 12"))
  }

  @Test func theKeyboardSkipsPanelsThatAreNotOnTheScreen() throws {
    var rig = Rig()
    try rig.press(":versus strategy random<enter><tab>")
    #expect(rig.state.view.focus == .branches)
  }
}

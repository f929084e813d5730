import MaskedDiffusion
import PlaygroundUI
import Testing
import _TestSupport

@Suite("The screen")
struct PlaygroundViewTests {
  @Test func peek() throws {
    var rig = Rig()
    print(rig.screen.transcript)
    try rig.press("<space>")
    rig.wait(limit: 4)
    try rig.press("g<space>")
    print(rig.text)
    try rig.press("<left><left>:versus strategy margin<enter>")
    rig.wait()
    try rig.press("<right><right><right>")
    print(rig.text)
    var big = Rig(
      rows: 40, columns: 120,
      settings: {
        var s = StoryModel.settings; s.guidanceScale = 0.5; return s
      }())
    try big.press("<space>")
    big.wait(limit: 4)
    try big.press("<space><left>:strategy random<enter><space>")
    big.wait()
    print(big.text)
    try big.press("?")
    print(big.text)
  }
}

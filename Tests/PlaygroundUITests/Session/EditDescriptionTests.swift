import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite("Changes by hand in words") struct EditDescriptionTests {
  @Test(
    arguments: [
      ("e kite<enter>", "typed \" kite\" at "), ("m", "masked 1 token"), ("l", "locked 1 position"),
      (">", "grew by 1"), ("<lt>", "shrank by 1"), ("e hat<tab><enter>", "inserted \" hat\" at "),
    ])
  func namesABranchAfterThem(_ keys: String, _ words: String) throws {
    var rig = Rig()
    try rig.press("<space>")
    rig.wait()
    // A change in the past begins a branch.
    try rig.press("<left><left>:position 9<enter>")
    if keys == "m" { try rig.press("[[") }
    let kept = rig.state.frame.tokens.indices.first {
      rig.state.frame.answer.contains($0) && !rig.state.frame.isMasked($0)
    }
    try rig.press(":position \(kept ?? 9)<enter>" + keys)
    let session = rig.state.session
    let parent = session.shown.parent.flatMap { session.branch($0) }
    let changes = session.shown.changes(from: parent, rig.state.model)
    #expect(changes.contains { $0.hasPrefix(words) }, "\(changes)")
  }

  @Test func undoAndRedoAfterRunningOnMakeNoMoreThanOneBranch() throws {
    var rig = Rig()
    try rig.press("<right><right>e kite<enter><space>")
    rig.wait()
    let count = rig.state.session.branches.count
    try rig.press("u")
    #expect(rig.state.session.branches.count == count + 1)
    for _ in 0..<3 { try rig.press("Uu") }
    #expect(rig.state.session.branches.count == count + 1)
  }
}

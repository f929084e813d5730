import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite struct StatusLineTests {
  /// Blocks of eight; the prompt ends in the second.
  private func rig(_ rule: BlockRule, length: Int? = 8) -> Rig {
    var settings = StoryModel.settings
    settings.steps = 24
    settings.blockLength = length
    settings.blockRule = rule
    settings.strategy = AlgorithmSelection("left-to-right")
    return Rig(columns: 120, settings: settings)
  }

  @Test func saysWhichBlockAStepBelongsTo() throws {
    // Nine positions are given, 24 are written.
    var plain = rig(.roundUp)
    try plain.press("<right>")
    #expect(plain.text.contains("block 1 of 3"))
    try plain.press("<space>")
    plain.wait()
    #expect(plain.text.contains("block 3 of 3"))
  }

  @Test func blocksThatAreCountedFromTheFirstPositionBeginWithTheRestOfTheirs() throws {
    var aligned = rig(.causalAligned)
    try aligned.press("<right>")
    #expect(aligned.text.contains("block 1 of 4"))
    try aligned.press("<space>")
    aligned.wait()
    #expect(aligned.text.contains("block 4 of 4"))
  }

  @Test func aTextOfOneBlockHasNone() throws {
    var whole = rig(.roundUp, length: nil)
    try whole.press("<right>")
    #expect(!whole.text.contains("block 1"))
  }
}

import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite("Blocks of an answer")
struct AnswerBlocksTests {
  private func rig(_ length: Int?, rule: BlockRule = .roundUp) -> Rig {
    var settings = StoryModel.settings
    settings.steps = 24
    settings.blockLength = length
    settings.blockRule = rule
    settings.strategy = AlgorithmSelection("left-to-right")
    return Rig(settings: settings)
  }

  private func blocks(_ rig: Rig) -> AnswerBlocks {
    AnswerBlocks(rig.state.session.shown, at: 0, answer: rig.state.frame.answer)
  }

  @Test func coverTheAnswerFromItsBeginning() {
    // Nine positions are given, 24 are written.
    #expect(blocks(rig(10)).ranges == [9..<19, 19..<29, 29..<33])
    #expect(blocks(rig(10)).boundaries == [19, 29])
  }

  @Test func thatAreCountedFromTheFirstPositionBeginWithTheRestOfTheirs() {
    #expect(blocks(rig(10, rule: .causalAligned)).ranges == [9..<10, 10..<20, 20..<30, 30..<33])
  }

  @Test(arguments: [nil, 1, 24, 100])
  func areNoneWhereThereIsButOneOrEachPositionIsItsOwn(_ length: Int?) {
    #expect(blocks(rig(length)).ranges.isEmpty)
  }

  @Test func theOneThatIsWrittenIsTheFirstWithAMask() throws {
    var rig = rig(8)
    let blocks = blocks(rig)
    #expect(blocks.current(in: rig.state.frame) == 9..<17)
    for _ in 0..<8 { try rig.press("<right>") }
    #expect(blocks.current(in: rig.state.frame) == 17..<25)
    try rig.press("<space>")
    rig.wait()
    #expect(blocks.current(in: rig.state.frame) == nil)
  }

  @Test func areDrawnWithLinesBetweenThemAndWaitingMasks() throws {
    var rig = rig(8)
    try rig.press("<right><right>")
    let cells = (0..<rig.screen.size.rows).flatMap { rig.screen.row($0).prefix(46) }
    let lines = cells.filter { $0.character == "┊" }
    // The block that is written is the first: its end is bright, the line behind it is not.
    #expect(lines.map(\.role) == [.focus, .border])
    #expect(cells.contains { $0.role == .masked && $0.character == rig.state.symbols.mask })
    // Nothing of what waits is coloured by how sure the model is of it.
    let fog = cells.filter { StyleRole.fog.contains($0.role) || $0.role == .next }
    #expect(!fog.isEmpty && fog.count <= 8 * 3)
  }
}

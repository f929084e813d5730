import Testing
import unmask

@Suite struct FramePainterTests {
  @Test func theFirstFrameStartsWhereTheCursorIs() {
    var painter = FramePainter()
    #expect(painter.frame([("a", 1), ("b", 1)], columns: 80) == "\ra\u{1B}[K\r\nb\u{1B}[K\u{1B}[J")
  }

  @Test func theNextOneGoesOverIt() {
    var painter = FramePainter()
    _ = painter.frame([("a", 1), ("b", 1), ("c", 1)], columns: 80)
    #expect(painter.frame([("d", 1)], columns: 80) == "\r\u{1B}[2Ad\u{1B}[K\u{1B}[J")
    #expect(painter.frame([("e", 1)], columns: 80) == "\re\u{1B}[K\u{1B}[J")
  }

  @Test func linesThatANarrowerTerminalHasWrappedAreCounted() {
    var painter = FramePainter()
    _ = painter.frame([("", 70), ("", 10)], columns: 80)
    #expect(painter.frame([("a", 1)], columns: 40).hasPrefix("\r\u{1B}[2A"))
  }

  @Test func erasingLeavesTheCursorAtTheStart() {
    var painter = FramePainter()
    _ = painter.frame([("a", 1), ("b", 1)], columns: 80)
    #expect(painter.erase(columns: 80) == "\r\u{1B}[1A\u{1B}[J")
    #expect(painter.erase(columns: 80).isEmpty)
  }
}

import PlaygroundUI
import Testing

@Suite struct ScreenDifferenceTests {
  @Test func equalScreensNeedNothing() {
    let screen = screen("abc", "日本")
    #expect(ScreenDifference(from: screen, to: screen).runs.isEmpty)
  }

  @Test func anUnknownScreenIsRepaintedAsAWhole() {
    let new = screen("abc", "def")
    let all = [
      ScreenDifference.Run(row: 0, columns: 0..<40), ScreenDifference.Run(row: 1, columns: 0..<40),
    ]
    #expect(ScreenDifference(from: nil, to: new).runs == all)
    #expect(ScreenDifference(from: screen("abc"), to: new).runs == all)
  }

  @Test func onlyChangedCellsAreRepainted() {
    #expect(runs("abcdef", "abXdef") == [2..<3])
    #expect(runs("abcdefghijkl", "Xbcdefghijkl".replacing("k", with: "X")) == [0..<1, 10..<11])
  }

  @Test func neighboursAreJoined() {
    #expect(runs("abcdef", "XbcdeX") == [0..<6])
    #expect(runs("abcdefg", "XbcdefX") == [0..<1, 6..<7])
  }

  @Test func rolesCount() {
    var new = screen("abc")
    new.setRole(.cursor, in: Rect(row: 0, column: 1, rows: 1, columns: 1))
    #expect(ScreenDifference(from: screen("abc"), to: new).runs.map(\.columns) == [1..<2])
  }

  @Test func wideCharactersAreRepaintedWhole() {
    #expect(runs("日本x", "日語x") == [2..<4])
    #expect(runs("日本", "ab本") == [0..<2])
    #expect(runs("ab本", "日本") == [0..<2])
    #expect(runs("a日b", "日bb") == [0..<3])
    #expect(runs("日本語", "a日本 ") == [0..<6])
  }

  @Test("applying the runs to the old screen gives the new one")
  func runsAreEnough() {
    var random = Xorshift(state: 42)
    let letters = Array("ab 日本e👍")
    func line() -> String {
      String((0..<random.below(30)).map { _ in letters[random.below(letters.count)] })
    }
    for _ in 0..<500 {
      let old = screen(line(), line())
      var new = old
      new.write(line(), row: random.below(2), column: random.below(45) - 5, role: .prompt)
      var shown = (0..<2).map { Array(old.row($0)) }
      for run in ScreenDifference(from: old, to: new).runs {
        #expect(!new[run.row, run.columns.lowerBound].isContinuation)
        #expect(!new[run.row, run.columns.upperBound].isContinuation)
        shown[run.row].replaceSubrange(run.columns, with: new.row(run.row).map { $0 }[run.columns])
      }
      #expect(shown == (0..<2).map { Array(new.row($0)) })
    }
  }

  private func screen(_ lines: String...) -> Screen {
    var screen = Screen(size: ScreenSize(rows: lines.count, columns: 40))
    for (row, line) in lines.enumerated() { screen.write(line, row: row, column: 0) }
    return screen
  }

  private func runs(_ old: String, _ new: String) -> [Range<Int>] {
    ScreenDifference(from: screen(old), to: screen(new)).runs.map(\.columns)
  }
}

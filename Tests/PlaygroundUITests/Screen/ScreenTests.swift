import PlaygroundUI
import Testing

@Suite struct ScreenTests {
  @Test func writesAndTranscribes() {
    var screen = Screen(size: ScreenSize(rows: 3, columns: 12))
    screen.write("The", row: 0, column: 1, role: .prompt)
    screen.write("░░░", row: 0, column: 5, role: .masked)
    screen.write("cat", row: 2, column: 9, role: .level2)
    #expect(
      screen.transcript == """
         The ░░░

                 cat
        --- roles
        .ppp.mmm

        .........222

        """)
  }

  @Test func cutsAtTheEdges() {
    var screen = Screen(size: ScreenSize(rows: 2, columns: 5))
    let end = screen.write("abcdefgh", row: 0, column: -2)
    screen.write("xyz", row: 1, column: 3)
    screen.write("never", row: 2, column: 0)
    screen.write("never", row: -1, column: 0)
    screen.write("never", row: 0, column: .max)
    screen.write("never", row: 0, column: .min)
    #expect(screen.text == "cdefg\n   xy")
    #expect(end == 6)
  }

  @Test func clipsToARectangle() {
    var screen = Screen(size: ScreenSize(rows: 2, columns: 10))
    screen.fill(screen.bounds, with: ".")
    let clip = Rect(row: 0, column: 2, rows: 1, columns: 4)
    screen.write("abcdefgh", row: 0, column: 0, within: clip)
    screen.write("abcdefgh", row: 1, column: 0, within: clip)
    #expect(screen.text == "..cdef....\n..........")
  }

  @Test func wideCharactersTakeTwoCells() {
    var screen = Screen(size: ScreenSize(rows: 1, columns: 8))
    let end = screen.write("日本e\u{301}👩‍🔬", row: 0, column: 0, role: .prompt)
    #expect(end == 7)
    #expect(screen[0, 0].width == 2)
    #expect(screen[0, 1].isContinuation)
    #expect(screen[0, 4].character == "e\u{301}")
    #expect(screen[0, 5].character == "👩‍🔬")
    #expect(screen.transcript == "日本e\u{301}👩‍🔬\n--- roles\nppppppp\n")
  }

  @Test func halfOfAWideCharacterIsNeverShown() {
    var screen = Screen(size: ScreenSize(rows: 4, columns: 4))
    for row in 0..<4 { screen.write("日本", row: row, column: 0) }
    screen.write("x", row: 0, column: 1)
    screen.write("x", row: 1, column: 2)
    screen.write("語", row: 2, column: 1)
    screen.write("本", row: 3, column: 3)
    #expect(
      screen.text == """
         x本
        日x
         語
        日
        """)
    screen.write("日本", row: 0, column: -1)
    #expect(screen.text.hasPrefix(" 本 ") || screen.text.hasPrefix(" 本\n"))
  }

  @Test func controlCharactersNeverGetIn() {
    var screen = Screen(size: ScreenSize(rows: 1, columns: 10))
    screen.write("a\u{1B}[2J\nb\u{301}\u{202E}", row: 0, column: 0)
    screen.fill(Rect(row: 0, column: 9, rows: 1, columns: 1), with: "\u{1B}")
    #expect(screen.text == "a␛[2J⏎b\u{301}⇄ ␛")
  }

  @Test func asciiScreensHoldNothingElse() {
    var screen = Screen(size: ScreenSize(rows: 1, columns: 10), symbols: .ascii)
    screen.write("日é\n…", row: 0, column: 0)
    #expect(screen.text == "???$?")
  }

  @Test func rolesChangeWithoutCharacters() {
    var screen = Screen(size: ScreenSize(rows: 1, columns: 6))
    screen.write("a日b語", row: 0, column: 0)
    screen.setRole(.cursor, in: Rect(row: 0, column: 2, rows: 1, columns: 3))
    #expect(screen.transcript == "a日b語\n--- roles\n.ccccc\n")
    screen.setRole(.cursor, in: Rect(row: 5, column: 9, rows: 1, columns: 3))
  }

  @Test func numbersAreAlignedAtTheirEnd() {
    var screen = Screen(size: ScreenSize(rows: 2, columns: 6))
    screen.write("5", row: 0, endColumn: 6)
    screen.write("123", row: 1, endColumn: 6)
    #expect(screen.text == "     5\n   123")
  }

  @Test func framesHaveTitles() {
    var screen = Screen(size: ScreenSize(rows: 3, columns: 16))
    screen.drawFrame(screen.bounds, title: "Candidates")
    #expect(
      screen.transcript == """
        ┌ Candidates ──┐
        │              │
        └──────────────┘
        --- roles
        |TTTTTTTTTTTT|||
        |..............|
        ||||||||||||||||

        """)
    var small = Screen(size: ScreenSize(rows: 2, columns: 8), symbols: .ascii)
    small.drawFrame(small.bounds, title: "Candidates")
    #expect(small.text == "+ Cand~+\n+------+")
  }

  @Test func screensAreDrawnOverScreens() {
    var screen = Screen(size: ScreenSize(rows: 3, columns: 8))
    screen.fill(screen.bounds, with: ".")
    var other = Screen(size: ScreenSize(rows: 2, columns: 4))
    other.write("日本", row: 0, column: 0, role: .prompt)
    other.write("ab", row: 1, column: 0)
    screen.draw(other, row: 1, column: 5)
    screen.draw(other, row: -1, column: -1)
    #expect(
      screen.transcript == """
        b  .....
        .....日
        .....ab
        --- roles

        .....ppp


        """)
  }

  @Test func screensWithoutCellsAreAllowed() {
    var screen = Screen(size: ScreenSize(rows: 0, columns: 0))
    screen.write("a", row: 0, column: 0)
    screen.fill(screen.bounds)
    screen.setRole(.dim, in: Rect(row: 0, column: 0, rows: 5, columns: 5))
    #expect(screen.text == "")
    #expect(screen[0, 0].character == " ")
  }
}

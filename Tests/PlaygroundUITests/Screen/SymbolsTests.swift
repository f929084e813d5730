import PlaygroundUI
import Testing

@Suite struct SymbolsTests {
  @Test(
    "bars are as exact as the symbols allow",
    arguments: [
      (0, ""), (0.001, "▏"), (0.125, "█"), (0.5, "████"), (0.55, "████▍"), (1, "████████"),
      (2, "████████"), (-1, ""), (.nan, ""),
    ] as [(Double, String)])
  func bars(share: Double, bar: String) {
    #expect(Symbols.unicode.bar(share: share, cells: 8) == bar)
  }

  @Test func asciiBars() {
    #expect(Symbols.ascii.bar(share: 0.55, cells: 8) == "====-")
    #expect(Symbols.ascii.bar(share: 1, cells: 3) == "===")
    #expect(Symbols.ascii.bar(share: 1, cells: -3) == "")
  }

  @Test func sparklinesGrow() {
    #expect(Symbols.unicode.sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█")
    #expect(Symbols.unicode.sparkline([1, 0.5], maximum: 2) == "▅▃")
    #expect(Symbols.unicode.sparkline([0, .nan, .infinity, -1]) == "▁▁▁▁")
    #expect(Symbols.ascii.sparkline([0, 7]) == "_#")
    #expect(Symbols.unicode.sparkline([]) == "")
  }

  @Test("every symbol takes one cell and survives the sanitizer", arguments: [false, true])
  func widths(isUnicode: Bool) {
    let symbols = isUnicode ? Symbols.unicode : .ascii
    var all = [
      symbols.mask, symbols.newline, symbols.tab, symbols.endOfText, symbols.space,
      symbols.replacement, symbols.invisible, symbols.direction, symbols.ellipsis,
      symbols.horizontal, symbols.vertical, symbols.separator, symbols.step, symbols.currentStep,
      symbols.link, symbols.left, symbols.right, symbols.up, symbols.down, symbols.play,
      symbols.pause, symbols.knob, symbols.dot,
    ]
    all += symbols.corners + symbols.bars + symbols.sparks
    all += StyleRole.allCases.compactMap { symbols.marker(for: $0) }
    for symbol in all {
      #expect(CharacterWidth.width(of: symbol) == 1, "\(symbol)")
      #expect(TextSanitizer(symbols: symbols).sanitized(String(symbol)) == String(symbol))
    }
    for text in [symbols.branch, symbols.lastBranch, symbols.passingBranch] {
      #expect(CharacterWidth.width(of: text) == 3)
    }
  }
}

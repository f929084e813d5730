import CNcurses
import PlaygroundUI
import Testing
import TerminalDriver

@Suite struct StyleTableTests {
  let theme = Theme(name: "test", foreground: .hex(0xFFFFFF), background: .hex(0)) { role in
    switch role {
    case .prompt: Style(.hex(0xE69F00), on: .hex(0x121212), [.bold, .italic])
    case .key: Style(.basic(.cyan))
    case .ghost: Style(.hex(0x000001), .dim)
    default: Style()
    }
  }

  @Test func coloursAreNumbersOf256() {
    let table = StyleTable(theme: theme, colorCount: 256)
    let prompt = table[.prompt]
    #expect(prompt.foreground == 178)
    #expect(prompt.background == 233)
    #expect(prompt.attributes == UInt8(cn_bold | cn_italic))
    #expect(table[.key].foreground == 6)
    #expect(table[.text].foreground == -1 && table[.text].background == -1)
    #expect(table[.text].attributes == 0)
  }

  @Test func directColoursAreTheChannelsButNeverOneOfTheFirstEight() {
    let table = StyleTable(theme: theme, colorCount: 1 << 24)
    #expect(table[.prompt].foreground == 0xE69F00)
    #expect(table[.ghost].foreground == 8)
  }

  @Test("without colours there are only attributes", arguments: Theme.all)
  func withoutColours(theme: Theme) {
    let table = StyleTable(theme: theme, colorCount: 0)
    for role in StyleRole.allCases {
      #expect(table[role].foreground == -1 && table[role].background == -1)
    }
  }

  @Test("numbers stay below the number of colours", arguments: Theme.all, [8, 256])
  func numbers(theme: Theme, colorCount: Int) {
    let table = StyleTable(theme: theme, colorCount: colorCount)
    for role in StyleRole.allCases {
      #expect(Int(table[role].foreground) < colorCount)
      #expect(Int(table[role].background) < colorCount)
    }
  }
}

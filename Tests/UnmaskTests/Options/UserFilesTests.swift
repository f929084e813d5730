import Foundation
import PlaygroundUI
import Testing

@testable import unmask

@Suite("Files of keys and looks") struct UserFilesTests {
  @Test func keysChangeWhatTheyName() throws {
    let keymap = try KeymapFile.read(Data(#"{"run": ["<f5>"], "quit": ["Q"]}"#.utf8), "keys.json")
    #expect(keymap.key(for: .run) == "f5")
    #expect(keymap.key(for: .quit) == "Q")
    #expect(keymap.key(for: .forward) == "→")
  }

  @Test(
    arguments: [
      ("[]", "no JSON object of lists of keys"),
      (#"{"rnu": ["x"]}"#, "there is no action called 'rnu'"),
      (#"{"run": ["ab"]}"#, "'ab' is not one key"), (#"{"run": ["q"]}"#, "q would be run and quit"),
    ])
  func saysWhatIsWrongWithKeys(_ text: String, _ sentence: String) {
    #expect {
      try KeymapFile.read(Data(text.utf8), "keys.json")
    } throws: {
      "\($0)".contains(sentence)
    }
  }

  @Test func looksChangeWhatTheyName() throws {
    let text = ##"{"fog1": {"color": "#010203", "bold": true}, "cursor": {"on": "#ffffff"}}"##
    let theme = try ThemeFile.read(Data(text.utf8), "dark.json", over: .dark)
    #expect(theme.style(for: .fog1).foreground == .hex(0x010203))
    #expect(theme.style(for: .fog1).attributes.contains(.bold))
    #expect(theme.style(for: .cursor).background == .hex(0xFFFFFF))
    #expect(theme.style(for: .text) == Theme.dark.style(for: .text))
  }

  @Test(
    arguments: [
      ("3", "no JSON object of roles"), (#"{"fog9": {}}"#, "there is no role called 'fog9'"),
      (#"{"fog1": {"color": "red"}}"#, "'red' is no colour"),
    ])
  func saysWhatIsWrongWithLooks(_ text: String, _ sentence: String) {
    #expect {
      try ThemeFile.read(Data(text.utf8), "dark.json", over: .dark)
    } throws: {
      "\($0)".contains(sentence)
    }
  }
}

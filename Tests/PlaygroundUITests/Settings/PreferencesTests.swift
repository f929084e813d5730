import Foundation
import PlaygroundUI
import Testing

@Suite("Preferences")
struct PreferencesTests {
  @Test func areTheSameAfterWritingAndReading() throws {
    let preferences = Preferences(
      theme: .light, colouring: .age, canvas: .grid, showsGhosts: true, delayMilliseconds: 30,
      showsHints: false, typedCountsAsPrompt: true)
    let data = try JSONEncoder().encode(preferences)
    #expect(try JSONDecoder().decode(Preferences.self, from: data) == preferences)
  }

  @Test func whatIsMissingKeepsItsDefault() throws {
    let read = try JSONDecoder().decode(
      Preferences.self, from: Data(#"{"theme": "monochrome", "delay": 999999999}"#.utf8))
    #expect(read == Preferences(theme: .monochrome, delayMilliseconds: 10_000))
  }

  @Test func whatCannotBeIsRefused() {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Preferences.self, from: Data(#"{"theme": "pink"}"#.utf8))
    }
  }
}

import Foundation
import PlaygroundUI
import Testing
import _TestSupport

/// The table of keys in README.md is the keymap's.
@Suite struct ReadmeKeysTests {
  private let start = "<!-- keys: made from the keymap; RECORD_GOLDEN=1 writes them -->\n"
  private let end = "<!-- end of keys -->"

  @Test func theReadmeListsTheKeysOfTheKeymap() throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "README.md")
    let readme = try String(contentsOf: url, encoding: .utf8)
    let first = try #require(readme.range(of: start))
    let last = try #require(readme.range(of: end))
    let range = first.upperBound..<last.lowerBound
    guard readme[range] != Keymap.standard.markdownTable else { return }
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
      let written = readme.replacingCharacters(in: range, with: Keymap.standard.markdownTable)
      try Data(written.utf8).write(to: url)
    }
    Issue.record("the keys in README.md are not those of the keymap")
  }
}

import Foundation
import Testing
import _TestSupport

@Suite(.enabled(if: ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == nil))
struct GoldenTests {
  @Test func equalTextPassesAndAnotherIsShown() throws {
    let folder = NSTemporaryDirectory() + "golden-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let test = folder + "/Tests.swift"
    try Data("one\ntwo\n".utf8).write(to: URL(fileURLWithPath: folder + "/screen.txt"))
    try Golden.compare("one\ntwo\n", with: "screen.txt", testFile: test)
    #expect(
      throws: GoldenError.different(path: folder + "/screen.txt", lines: "2 - two\n2 + 2")
    ) {
      try Golden.compare("one\n2\n", with: "screen.txt", testFile: test)
    }
    #expect(throws: GoldenError.missing(path: folder + "/other.txt")) {
      try Golden.compare("", with: "other.txt", testFile: test)
    }
  }
}

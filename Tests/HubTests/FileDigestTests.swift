import Foundation
import Testing
import _TestSupport

@testable import Hub

/// Against `sha256sum` and `git hash-object`.
@Suite struct FileDigestTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func agreesWithTheStandardsExamples(text: String, digits: String) throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.file("x", text.utf8)
    #expect(try FileDigest.sha256(digits).matches(path, byteCount: text.utf8.count))
    #expect(try !FileDigest.sha256(String(digits.reversed())).matches(path, byteCount: 0))
  }

  @Test(arguments: [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 1000, 100_000])
  func agreesWithTheToolsOfTheSystem(count: Int) throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.file("x", (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) })
    let sum = try Self.output("sha256sum", path).prefix { $0 != " " }
    #expect(try FileDigest.sha256(String(sum)).matches(path, byteCount: count))
    let name = try Self.output("git", "hash-object", "--no-filters", path)
    #expect(try FileDigest.gitBlob(name).matches(path, byteCount: count))
  }

  private static func output(_ words: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

import Foundation
import Testing

/// What README.md tells people to type works.
@Suite(.serialized) struct ReadmeTests {
  /// The lines of the blocks marked `sh`, block by block.
  static let blocks: [[String]] = {
    let readme =
      (try? String(contentsOf: CommandRun.root.appending(path: "README.md"), encoding: .utf8)) ?? ""
    var blocks: [[String]] = []
    var isInside = false
    for line in readme.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "```sh" { blocks.append([]) }
      if line.hasPrefix("```") {
        isInside = line == "```sh"
      } else if isInside {
        blocks[blocks.count - 1].append(String(line))
      }
    }
    return blocks
  }()

  @Test func thereAreExamples() {
    #expect(Self.blocks.count >= 6)
    #expect(Self.blocks.joined().allSatisfy { $0.contains("unmask ") })
  }

  @Test(arguments: blocks.indices) func everyExampleWorks(_ index: Int) throws {
    let scratch = try ScratchDirectory()
    let process = CommandRun.process([])
    let directory = CommandRun.executable.deletingLastPathComponent().path
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-ec", Self.blocks[index].joined(separator: "\n")]
    process.environment?["PATH"] = "\(directory):/usr/bin:/bin"
    process.currentDirectoryURL = URL(filePath: scratch.path("."))
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: try scratch.file("output", ""))
    process.standardError = FileHandle(forWritingAtPath: try scratch.file("errors", ""))
    try process.run()
    process.waitUntilExit()
    let errors = try String(contentsOfFile: scratch.path("errors"), encoding: .utf8)
    let output = try String(contentsOfFile: scratch.path("output"), encoding: .utf8)
    #expect(process.terminationStatus == 0, "\(errors)")
    #expect(errors.isEmpty)
    #expect(!output.isEmpty)
  }

  /// The family that CONTRIBUTING.md shows is the one that is compiled.
  @Test func theWorkedExampleIsTheSource() throws {
    func text(_ path: String) throws -> String {
      try String(contentsOf: CommandRun.root.appending(path: path), encoding: .utf8)
    }
    let source = try text("Sources/Models/Dream.swift")
    let start = try #require(source.range(of: "package enum Dream"))
    let guide = try text("CONTRIBUTING.md")
    #expect(guide.contains("```swift\n\(source[start.lowerBound...])```"))
  }
}

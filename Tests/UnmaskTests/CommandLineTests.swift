import Foundation
import Testing

@Suite struct CommandLineTests {
  @Test func helpIsOutputAndNoError() throws {
    let run = try CommandRun("--help")
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    for command in ["generate", "predict", "models", "strategies", "tokenize", "trace", "bench"] {
      #expect(run.output.contains(command))
    }
  }

  @Test func versionIsOneLine() throws {
    let run = try CommandRun("--version")
    #expect(run.status == 0)
    #expect(run.output == "0.1.0\n")
  }

  @Test func aCommandThatDoesNotExistIsAUsageError() throws {
    let run = try CommandRun("generat")
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("unmask: error: unexpected argument 'generat'\n"))
  }

  @Test func aMissingValueNamesTheCommandWhoseHelpSaysMore() throws {
    let run = try CommandRun("generate", "--steps")
    #expect(run.status == 64)
    #expect(
      run.errors == """
        unmask: error: missing value for '--steps <n>'
        hint: 'unmask generate --help' says more

        """)
  }

  @Test func messagesCarryNoEscapeSequences() throws {
    let run = try CommandRun("trace", "show", "/no/\u{1B}[31mfile")
    #expect(run.status == 1)
    #expect(
      run.errors == "unmask: error: /no/␛[31mfile: cannot be read: No such file or directory\n")
  }

  @Test func aFullDiskUnderStandardOutputIsAFailure() throws {
    let process = CommandRun.process(["strategies"])
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    let message = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(process.terminationStatus == 1)
    #expect(
      message == "unmask: error: standard output: cannot be written: No space left on device\n")
  }
}

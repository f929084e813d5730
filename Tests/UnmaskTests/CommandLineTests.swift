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
    #expect(
      run.errors == """
        unmask: error: there is no command 'generat'
        hint: did you mean 'unmask generate'?

        """)
  }

  @Test(arguments: [
    (["genrate", "--steps", "3"], "genrate", "did you mean 'unmask generate'?"),
    (["help", "genrate"], "genrate", "did you mean 'unmask generate'?"),
    (["trace", "shwo", "x", "--json"], "shwo", "did you mean 'unmask trace show'?"),
    (["models", "pul", "org/name"], "pul", "did you mean 'unmask models pull'?"),
    (["Package.swift"], "Package.swift", "'unmask play Package.swift' opens a model"),
  ])
  func aMisspeltCommandIsBlamedNotTheOptionsAfterIt(
    words: [String], command: String, hint: String
  ) throws {
    let run = try CommandRun(arguments: words)
    #expect(run.status == 64)
    #expect(run.errors.hasPrefix("unmask: error: there is no command '\(command)'\nhint: \(hint)"))
  }

  @Test func aTextThatBeginsWithADashAndHoldsABlankIsThePrompt() throws {
    let options = ["generate", "--quiet", "--steps", "1", "--length", "1", "--precision", "f32"]
    let plain = try CommandRun(arguments: options + ["--", "- a list item"])
    #expect(plain.output.hasPrefix("- a list item"))
    for words in [
      options + ["- a list item"], ["generate", "- a list item"] + options.dropFirst(),
    ] {
      #expect(try CommandRun(arguments: words).output == plain.output)
    }
    let other = try CommandRun(
      arguments: options + ["--suffix", "- the end", "- a list item"])
    #expect(other.output.hasPrefix("- a list item") && other.output.hasSuffix("- the end\n"))
  }

  @Test(arguments: ["-x", "-hello", "-5"])
  func aWordThatBeginsWithADashIsToldHowToBeText(_ word: String) throws {
    let run = try CommandRun("generate", "--quiet", word)
    #expect(run.status == 64)
    #expect(run.errors.hasPrefix("unmask: error: unknown option '\(word)'\nhint: put -- before"))
  }

  @Test func theValueOfAShortOptionMayBeAttached() throws {
    let words = ["--steps", "1", "--length", "1", "--precision", "f32", "hi"]
    let expected = try CommandRun(arguments: ["generate", "-q", "-m", "closed-world-3m"] + words)
    #expect(expected.status == 0)
    for options in [
      ["-q", "-mclosed-world-3m"], ["-qmclosed-world-3m"], ["-q", "-m=closed-world-3m"],
    ] {
      #expect(try CommandRun(arguments: ["generate"] + options + words).output == expected.output)
    }
  }

  @Test(arguments: ["0", "-5", "3", "abc", "99999999999999999999"])
  func helpCanBeReadWhateverTheWidthIsSaidToBe(_ columns: String) throws {
    let run = try CommandRun("help", "generate", environment: ["COLUMNS": columns])
    #expect(run.output.hasPrefix("OVERVIEW: Write a text by unmasking it step by step.\n"))
    #expect(run.output.contains("The denoising steps"))
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

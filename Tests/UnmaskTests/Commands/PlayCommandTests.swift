import Testing

/// The ways into the playground; what happens in it is tested without a terminal, and by
/// `Scripts/terminal-session`.
@Suite struct PlayCommandTests {
  @Test(arguments: [[], ["play"]])
  func needsATerminal(_ arguments: [String]) throws {
    let run = try CommandRun(
      arguments: arguments, environment: ["TERM": "xterm-256color"])
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("unmask: error: standard output is not a terminal\n"))
  }

  @Test func aModelThatIsNotThereIsSaidBeforeTheScreenIsTaken() throws {
    let run = try CommandRun("play", "no-such-model")
    #expect(run.status == 1)
    #expect(run.errors.contains("no-such-model"))
  }
}

import Foundation
import MaskedDiffusion
import PlaygroundUI
import Testing
import _TestSupport

@testable import unmask

@Suite struct PlaygroundRuntimeTests {
  /// A runtime on a terminal that records, with a model that is scripted.
  private final class Rig {
    let terminal = RecordingTerminal(size: ScreenSize(rows: 28, columns: 100))
    let predictor = CountingPredictor()
    let runtime: PlaygroundRuntime
    var sequences: [String] = []

    init(clipboard: Clipboard = Clipboard(terminalType: "xterm")) throws {
      let mailbox = Mailbox(waker: terminal.waker)
      let workers = try Workers(work: ScriptedModel.work(predictor), mailbox: mailbox)
      let log = SequenceLog()
      runtime = PlaygroundRuntime(
        ScriptedModel.start(),
        PlaygroundRuntime.Connections(
          terminal: terminal, workers: workers, mailbox: mailbox, clipboard: clipboard
        ) { log.sequences.append($0) })
      self.log = log
    }

    private final class SequenceLog { var sequences: [String] = [] }
    private let log: SequenceLog
    var written: [String] { log.sequences }

    var text: String { terminal.screen?.text ?? "" }

    func press(_ keys: String) throws {
      for key in try Key.sequence(keys) { terminal.send(.key(key)) }
    }

    /// Turns the loop until the screen shows `text`.
    func shows(_ text: String) -> Bool { turns { self.text.contains(text) } }

    func turns(until condition: () -> Bool) -> Bool {
      let end = ContinuousClock.now + .seconds(30)
      while !condition() {
        guard ContinuousClock.now < end else { return false }
        runtime.turn(timeout: .milliseconds(5))
        usleep(1_000)
      }
      return true
    }
  }

  @Test func thereIsAScreenBeforeTheModel() throws {
    let rig = try Rig()
    rig.runtime.turn(timeout: .zero)
    #expect(rig.terminal.screens.count == 1)
    #expect(rig.shows("step 0 of 6"))
  }

  @Test func stepsAndRunsToTheEnd() throws {
    let rig = try Rig()
    #expect(rig.shows("step 0 of 6"))
    try rig.press("<right>")
    #expect(rig.shows("step 1 of 6"))
    try rig.press("<space>")
    #expect(rig.shows("finished"))
    #expect(rig.shows("step 6 of 6"))
  }

  @Test func listensWhileTheModelComputesAndStopsIt() throws {
    let rig = try Rig()
    #expect(rig.shows("step 0 of 6"))
    #expect(rig.turns { rig.predictor.calls == 1 && !rig.predictor.isWorking })
    try rig.press("<right>")
    #expect(rig.shows("step 1 of 6"))
    #expect(rig.turns { !rig.predictor.isWorking })
    rig.predictor.setWaiting(true)
    try rig.press("<right><right>")
    #expect(rig.turns { rig.predictor.isWorking })
    try rig.press("g")
    #expect(rig.shows("guesses are shown"))
    let start = ContinuousClock.now
    try rig.press("r")
    #expect(rig.turns { !rig.predictor.isWorking })
    #expect(ContinuousClock.now - start < .seconds(5))
    rig.predictor.setWaiting(false)
  }

  @Test func paintsWhatTheModelDoesNotMoreOftenThanItMay() throws {
    let rig = try Rig()
    #expect(rig.shows("step 0 of 6"))
    rig.runtime.turn(timeout: .zero)
    let before = rig.terminal.screens.count
    let start = ContinuousClock.now
    try rig.press(":steps 600<enter><space>")
    while ContinuousClock.now - start < .milliseconds(500) { rig.runtime.turn(timeout: .zero) }
    // Two pictures for the keys, at most one for the time a turn takes.
    let elapsed = (ContinuousClock.now - start) / .milliseconds(1)
    let most = elapsed / 1000 * Double(PlaygroundRuntime.framesPerSecond) + 4
    #expect(Double(rig.terminal.screens.count - before) <= most)
  }

  @Test func aResizedTerminalGetsANewScreen() throws {
    let rig = try Rig()
    rig.terminal.send(.resize(ScreenSize(rows: 40, columns: 120)))
    #expect(rig.turns { rig.terminal.screen?.size == ScreenSize(rows: 40, columns: 120) })
  }

  @Test func controlLDrawsEveryCellAgain() throws {
    let rig = try Rig()
    try rig.press("<ctrl-l>")
    #expect(rig.turns { rig.terminal.invalidationCount == 1 })
  }

  @Test func suspendsAndComesBack() throws {
    let rig = try Rig()
    try rig.press("<ctrl-z>")
    #expect(rig.turns { rig.terminal.suspensionCount == 1 })
    #expect(rig.shows("step 0 of 6"))
  }

  @Test(arguments: [TerminationCause.interrupt, .termination, .hangup, .endOfInput])
  func endsWhenAsked(_ cause: TerminationCause) throws {
    let rig = try Rig()
    rig.terminal.send(.terminate(cause))
    rig.runtime.run()
    #expect(rig.runtime.cause == cause)
  }

  @Test func quitsOnQ() throws {
    let rig = try Rig()
    #expect(rig.shows("step 0 of 6"))
    try rig.press("q")
    rig.runtime.run()
    #expect(rig.runtime.cause == nil)
  }

  @Test func filesAreWrittenBeforeTheEnd() throws {
    let scratch = try ScratchDirectory()
    let rig = try Rig()
    #expect(rig.shows("step 0 of 6"))
    try rig.press("<right>")
    #expect(rig.shows("step 1 of 6"))
    try rig.press(
      ":save \(scratch.path("run.jsonl"))<enter>:export \(scratch.path("s.txt"))<enter>q")
    rig.runtime.run()
    let trace = try TraceStorage.open(scratch.path("run.jsonl"))
    #expect(trace.steps.count == 1)
    #expect(try String(contentsOfFile: scratch.path("s.txt"), encoding: .utf8).contains("step 1"))
    #expect(rig.runtime.takeUnseenFailures().isEmpty)
  }

  @Test func aFileThatCouldNotBeWrittenAtTheEndIsTold() throws {
    let rig = try Rig()
    #expect(rig.shows("step 0 of 6"))
    try rig.press(":save /nonexistent/run.jsonl<enter>q")
    rig.runtime.run()
    #expect(rig.runtime.takeUnseenFailures().map(\.text).first?.contains("/nonexistent") == true)
  }

  @Test func copiesIntoTheClipboardOrKeepsTheTextForTheEnd() throws {
    for (type, isThere) in [("xterm-256color", true), ("linux", false)] {
      let rig = try Rig(clipboard: Clipboard(terminalType: type))
      #expect(rig.shows("step 0 of 6"))
      try rig.press("<space>")
      #expect(rig.shows("finished"))
      try rig.press("y")
      #expect(rig.shows(isThere ? "in the terminal's clipboard" : "printed when you quit"))
      #expect(rig.written.count == (isThere ? 1 : 0))
      #expect((rig.runtime.copiedText == nil) == isThere)
    }
  }
}

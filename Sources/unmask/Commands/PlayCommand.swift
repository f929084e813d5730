import ArgumentParser
import MaskedDiffusion
import PlaygroundUI
import TerminalDriver

/// Opens the playground.
struct PlayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "play",
    abstract: "Open the playground: watch, stop, rewind, branch, look under the mask.",
    discussion: """
      This is what 'unmask' alone does, with the bundled model. '?' shows the keys, 'q' quits.

      Settings of the interface are read from $XDG_CONFIG_HOME/unmask/settings.json and written \
      there by ':save-settings' only. NO_COLOR and TERM are obeyed.
      """)

  @OptionGroup var arguments: PlaygroundArguments

  /// The lessons to offer; those that are found unless given.
  var lessons: [Lesson]?
  /// The lesson to begin with.
  var lesson: String?

  private enum CodingKeys: CodingKey { case arguments }

  func run() throws {
    let plan = try PlaygroundPlan(arguments)
    var options = NcursesTerminal.Options()
    options.usesColor = TerminalTraits.allowsColor
    options.asksTerminal = true
    let terminal = try NcursesTerminal(options)
    let runtime: PlaygroundRuntime
    do {
      defer { terminal.close() }
      runtime = try makeRuntime(plan, terminal)
      runtime.run()
    }
    // From here on the shell has its terminal back.
    if let failure = runtime.openingFailure { throw OpeningFailure(failure) }
    for failure in runtime.takeUnseenFailures() { ErrorReport.warn(failure.text) }
    if runtime.cause == .hangup { throw ExitCode(129) }
    if let text = runtime.copiedText {
      let sanitizer = TextSanitizer(symbols: TerminalTraits.symbols, keepsNewlines: true)
      try OutputStream.standard.writeLine(sanitizer.sanitized(text))
    }
    switch runtime.cause {
    case .interrupt: throw ExitCode(130)
    case .termination: throw ExitCode(143)
    default: break
    }
  }

  private func makeRuntime(
    _ plan: PlaygroundPlan, _ terminal: NcursesTerminal
  ) throws -> PlaygroundRuntime {
    var start = plan.start(
      size: terminal.size, symbols: arguments.ascii ? .ascii : terminal.symbols,
      lessons: Playground.LessonList(
        lessons: lessons ?? LessonShelf.lessons(), finished: LessonShelf.finished(), first: lesson))
    if plan.isThemeOpen, let luminance = terminal.backgroundLuminance, luminance > 0.5 {
      start.state.preferences.theme = .light
    }
    if let notice = terminal.notice {
      start.effects += Playground.update(
        &start.state, with: .failed(Playground.Failure(text: notice)))
    }
    let mailbox = Mailbox(waker: terminal.waker)
    let workers = try Workers(work: plan.work, mailbox: mailbox)
    var connections = PlaygroundRuntime.Connections(
      terminal: terminal, workers: workers, mailbox: mailbox,
      clipboard: Clipboard(terminalType: TerminalTraits.variable("TERM") ?? "")
    ) { try? OutputStream.standard.write($0) }
    connections.themes = plan.themes
    connections.knowsLinks = TerminalTraits.knowsHyperlinks
    if TerminalTraits.variable("UNMASK_PROVOKE_TRAP") != nil {
      connections.observe = Self.trapOnF12
    }
    let runtime = PlaygroundRuntime(start, connections)
    workers.listModels()
    return runtime
  }

  /// Lets tests see that a trap leaves the terminal in order.
  private static func trapOnF12(_ event: TerminalEvent) {
    precondition(event != .key(.function(12)), "provoked by F12")
  }
}

/// The model that the playground was to begin with could not be loaded.
struct OpeningFailure: ReportedError {
  /// One sentence.
  let description: String
  /// What to do about it.
  let hint: String?

  init(_ failure: Playground.Failure) {
    description = failure.text
    hint = failure.hint
  }
}

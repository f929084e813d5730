package import PlaygroundUI

/// Joins the playground with a terminal and with the threads that work for it.
///
/// One loop on the thread that owns the terminal: wait for an event, mail or a tick; update; hand
/// out effects; paint. Nothing in it waits for a model or a file. What the user does is painted at
/// once, what the model does at most ``framesPerSecond`` times a second; frames in between are
/// skipped, never queued.
package final class PlaygroundRuntime {
  /// The most pictures a second while nobody touches a key.
  package static let framesPerSecond = 60

  /// The most events taken in before the next picture.
  private static let eventLimit = 256

  private let terminal: any Terminal
  private let workers: Workers
  private let mailbox: Mailbox
  private let clipboard: Clipboard
  private let writeSequence: (String) -> Void
  private let observe: (TerminalEvent) -> Void
  private let themes: [String: Theme]
  private var announcer = Announcer()
  private var links: LinkPainter?

  private var state: Playground.State
  private var ticks: [Tick] = []
  private var needsPaint = true
  private var nextPaint = ContinuousClock.now
  private var isOver = false

  /// Why the program was asked to end from outside; `nil` when the user quit.
  package private(set) var cause: TerminationCause?

  /// Why the model that was to be opened could not be; the program ends then, before anything was
  /// shown of it.
  package private(set) var openingFailure: Playground.Failure?

  /// What was copied but could not be put into the clipboard.
  package private(set) var copiedText: String?

  private struct Tick {
    var number: Int
    var deadline: ContinuousClock.Instant
  }

  /// What the runtime is connected with.
  package struct Connections {
    /// Where the playground is shown and typed at.
    package var terminal: any Terminal
    /// Who works for it.
    package var workers: Workers
    /// Where their answers arrive; wakes the terminal.
    package var mailbox: Mailbox
    /// The terminal's clipboard.
    package var clipboard: Clipboard
    /// Sends a control sequence to the terminal.
    package var writeSequence: (String) -> Void
    /// The user's own looks, by the name of the theme they stand in for.
    package var themes: [String: Theme] = [:]
    /// Whether the terminal knows links.
    package var knowsLinks = false
    /// Sees every event before it is handled.
    package var observe: (TerminalEvent) -> Void = { _ in }

    /// Creates connections.
    package init(
      terminal: any Terminal, workers: Workers, mailbox: Mailbox, clipboard: Clipboard,
      writeSequence: @escaping (String) -> Void
    ) {
      self.terminal = terminal
      self.workers = workers
      self.mailbox = mailbox
      self.clipboard = clipboard
      self.writeSequence = writeSequence
    }
  }

  /// Creates a runtime for a playground that has just begun, and hands out its first effects.
  package init(
    _ start: (state: Playground.State, effects: [Playground.Effect]), _ connections: Connections
  ) {
    state = start.state
    terminal = connections.terminal
    workers = connections.workers
    mailbox = connections.mailbox
    clipboard = connections.clipboard
    writeSequence = connections.writeSequence
    observe = connections.observe
    themes = connections.themes
    if connections.knowsLinks { links = LinkPainter() }
    for effect in start.effects { perform(effect) }
  }

  /// Runs until the user quits or the program is asked to end.
  package func run() {
    while !isOver { turn(timeout: nil) }
    if let sequence = announcer.end() { writeSequence(sequence) }
    workers.finish()
  }

  /// One turn of the loop: paints what is due, waits for something to happen, and takes it in.
  ///
  /// - Parameter timeout: The longest to wait; `nil` waits until something happens.
  package func turn(timeout: Duration?) {
    paintIfDue()
    let limits = [timeout, timeUntilDue].compactMap(\.self)
    receiveEvents(first: terminal.nextEvent(timeout: limits.min()))
    receiveMail()
    receiveTicks()
  }

  /// Failures that nobody has seen: those of files that were written while the program ended.
  package func takeUnseenFailures() -> [Playground.Failure] {
    mailbox.take().compactMap {
      if case .failed(let failure) = $0, failure.number == nil { failure } else { nil }
    }
  }

  // MARK: Taking in

  private func receiveEvents(first: TerminalEvent?) {
    var next = first
    var count = 0
    while let event = next, !isOver {
      if event != .wake {
        observe(event)
        if case .resize = event { links?.forget() }
        if case .terminate(let cause) = event { self.cause = cause }
        send(.event(event))
        nextPaint = .now
      }
      count += 1
      next = count < Self.eventLimit ? terminal.nextEvent(timeout: .zero) : nil
    }
  }

  private func receiveMail() {
    // What arrives too late stays where ``takeUnseenFailures()`` finds it.
    guard !isOver else { return }
    for message in mailbox.take() {
      if case .failed(let failure) = message, failure.number == nil, state.isOpening {
        openingFailure = failure
        isOver = true
        return
      }
      send(message)
    }
  }

  private func receiveTicks() {
    guard !ticks.isEmpty else { return }
    let now = ContinuousClock.now
    let due = ticks.filter { $0.deadline <= now }
    ticks.removeAll { $0.deadline <= now }
    for tick in due where !isOver { send(.tick(tick.number)) }
  }

  private func send(_ message: Playground.Message) {
    needsPaint = true
    for effect in Playground.update(&state, with: message) { perform(effect) }
    if let sequence = announcer.sequence(for: state) { writeSequence(sequence) }
  }

  // MARK: Handing out

  private func perform(_ effect: Playground.Effect) {
    switch effect {
    case .scheduleTick(let number, let milliseconds):
      ticks.append(
        Tick(number: number, deadline: .now + .milliseconds(min(max(milliseconds, 0), 60_000))))
    case .exportScreen(let target): workers.export(ExportJob(state, theme: theme, target))
    case .copyText(let text): copy(text)
    case .repaint:
      terminal.invalidate()
      links?.forget()
      needsPaint = true
    case .suspend: terminal.suspend()
    case .quit: isOver = true
    default: workers.perform(effect)
    }
  }

  private func copy(_ text: String) {
    if let sequence = clipboard.sequence(for: text) {
      copiedText = nil
      writeSequence(sequence)
      mailbox.post([.done("the text is in the terminal's clipboard, if it allows that")])
    } else {
      copiedText = text
      mailbox.post([.done("there is no clipboard here: the text is printed when you quit")])
    }
  }

  // MARK: Painting

  private func paintIfDue() {
    guard needsPaint, ContinuousClock.now >= nextPaint else { return }
    needsPaint = false
    let screen = Playground.screen(for: state)
    let theme = theme.adapted(toColorCount: terminal.capabilities.colorCount)
    terminal.paint(screen, theme: theme)
    if let sequence = links?.sequence(for: screen, theme: theme) { writeSequence(sequence) }
    nextPaint = .now + .seconds(1) / Self.framesPerSecond
  }

  /// What roles look like where there are colours enough.
  private var theme: Theme {
    let choice = state.preferences.theme
    return themes[choice.rawValue] ?? choice.theme
  }

  /// The time until the next tick or picture; `nil` when neither is planned.
  private var timeUntilDue: Duration? {
    let deadlines = ticks.map(\.deadline) + (needsPaint ? [nextPaint] : [])
    return deadlines.min().map { max(.zero, ContinuousClock.now.duration(to: $0)) }
  }
}

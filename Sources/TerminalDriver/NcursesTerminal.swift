internal import CNcurses
internal import Glibc
public import PlaygroundUI

/// The terminal the program was started in, driven by ncurses.
///
/// Owns the tty from creation until ``close()`` or the end of its life. The tty is also restored
/// when the program calls `exit`, traps or dies of a signal. There can be one at a time, and it
/// belongs to the thread that made it.
public final class NcursesTerminal: Terminal {
  /// How to open a terminal; the defaults are right for a program that was started from a shell.
  public struct Options: Sendable {
    /// The terminal type; `nil` takes the environment variable TERM.
    public var type: String?
    /// The descriptor to read keys from; `nil` is standard input, or `/dev/tty` if that is a pipe.
    public var input: Int32?
    /// The descriptor to draw on; `nil` is standard output, which then must be a terminal.
    public var output: Int32?
    /// The size to use; `nil` asks the terminal.
    public var size: ScreenSize?
    /// Whether colours may be used; to be false when the environment has `NO_COLOR`.
    public var usesColor = true
    /// Whether the mouse is reported to the program instead of selecting text.
    public var usesMouse = true
    /// Whether what other code writes to standard error is kept and shown afterwards.
    public var capturesStandardError = true

    /// Whether the terminal is asked about its background and abilities; that takes a moment where it
    /// does not answer.
    public var asksTerminal = false

    /// Creates the default options.
    public init() {}
  }

  /// What the terminal can show.
  public let capabilities: TerminalCapabilities

  /// Something the user should know, in one sentence: a terminal type that stands in for another.
  public private(set) var notice: String?

  private var decoder: InputDecoder
  private var events: [TerminalEvent] = []
  private var lastInput = ContinuousClock.now
  private var shown: Screen?
  private var shownTheme: Theme?
  private var styles: StyleTable
  private var isOpen = true

  /// Terminal types to try when terminfo does not know the one the environment names.
  private static let substitutes = ["xterm-256color", "xterm", "vt100"]

  /// How long an escape byte may be the beginning of a sequence: longer than a slow line takes
  /// between two bytes, shorter than a person notices.
  private static let escapeDelay = Duration.milliseconds(30)

  /// How long a paste may pause.
  private static let pasteDelay = Duration.milliseconds(500)

  /// Takes the terminal over.
  ///
  /// - Throws: ``TerminalError``; the terminal is then as before.
  public init(_ options: Options = Options()) throws(TerminalError) {
    notice = try Self.open(options)
    let colorCount = Int(cn_color_count())
    capabilities = TerminalCapabilities(
      colorCount: colorCount, isUnicode: cn_is_utf8(), hasMouse: cn_has_mouse())
    decoder = InputDecoder(definitions: Self.keyDefinitions())
    styles = StyleTable(theme: .monochrome, colorCount: colorCount)
    if options.asksTerminal { ask() }
  }

  /// How bright the terminal's background is, in 0...1; `nil` when it did not say.
  public var backgroundLuminance: Double? { decoder.answers.backgroundLuminance }

  /// How long an answer of the terminal is waited for; behind a slow line it comes later, and is
  /// swallowed then.
  private static let answerDelay = Duration.milliseconds(120)

  /// Asks the terminal about itself; keys pressed meanwhile are kept.
  private func ask() {
    guard capabilities.hasMouse else { return }
    cn_ask(TerminalAnswers.questions)
    let deadline = ContinuousClock.now + Self.answerDelay
    var early: [TerminalEvent] = []
    while !decoder.answers.isComplete, ContinuousClock.now < deadline {
      take(cn_wait(Self.milliseconds(until: deadline)))
      early += events
      events = []
    }
    events = early
    cn_set_synchronized(decoder.answers.synchronizes)
  }

  deinit {
    close()
  }

  /// Gives the terminal back and shows what was written to standard error meanwhile.
  ///
  /// Later calls do nothing; a closed terminal has no size and no events.
  public func close() {
    guard isOpen else { return }
    isOpen = false
    cn_close()
  }

  /// The number of rows and columns now.
  public var size: ScreenSize {
    guard isOpen else { return ScreenSize(rows: 0, columns: 0) }
    let size = cn_size()
    return ScreenSize(rows: Int(size.rows), columns: Int(size.columns))
  }

  /// Ends the wait of ``nextEvent(timeout:)`` from any thread; harmless when closed.
  public var waker: TerminalWaker { TerminalWaker { cn_wake() } }

  /// Shows a screen; only what has changed is sent.
  public func paint(_ screen: Screen, theme: Theme) {
    guard isOpen else { return }
    if theme != shownTheme {
      styles = StyleTable(theme: theme, colorCount: capabilities.colorCount)
      shownTheme = theme
      shown = nil
    }
    for run in ScreenDifference(from: shown, to: screen).runs { put(run, of: screen) }
    shown = screen
    let cursor = screen.cursor
    cn_flush(Int32(clamping: cursor?.row ?? -1), Int32(clamping: cursor?.column ?? -1))
  }

  /// Forgets what is shown: another program may have written over it.
  public func invalidate() {
    guard isOpen else { return }
    shown = nil
    cn_invalidate()
  }

  /// Returns what happened next, waiting for it if nothing has; see ``Terminal``.
  public func nextEvent(timeout: Duration?) -> TerminalEvent? {
    guard isOpen else { return nil }
    let deadline = timeout.map { ContinuousClock.now + $0 }
    var hasLooked = false
    while events.isEmpty {
      let incomplete = decoder.isWaiting ? lastInput + delay : nil
      if hasLooked {
        let now = ContinuousClock.now
        if let incomplete, now >= incomplete {
          events += decoder.flush()
          continue
        }
        if let deadline, now >= deadline { return nil }
      }
      let end = [deadline, incomplete].compactMap(\.self).min()
      take(cn_wait(Self.milliseconds(until: end)))
      hasLooked = true
    }
    return events.removeFirst()
  }

  /// Gives the terminal back to the shell and stops the program until it is continued.
  public func suspend() {
    guard isOpen else { return }
    cn_suspend()
  }

  // MARK: Opening

  /// Opens the terminal; returns a notice if another type had to stand in.
  private static func open(_ options: Options) throws(TerminalError) -> String? {
    let type = options.type ?? getenv("TERM").map { String(cString: $0) } ?? ""
    let status = open(options, type: type)
    guard status == .type_unknown else {
      try check(status, type: type)
      return nil
    }
    for substitute in substitutes where open(options, type: substitute) == .opened {
      return """
        the terminal type '\(type)' is not known here, \(substitute) stands in for it; \
        the package ncurses-term has more types
        """
    }
    throw .typeUnknown(type)
  }

  private static func open(_ options: Options, type: String) -> cn_status {
    var native = cn_options()
    native.input = options.input ?? -1
    native.output = options.output ?? -1
    native.rows = Int32(clamping: options.size?.rows ?? 0)
    native.columns = Int32(clamping: options.size?.columns ?? 0)
    native.uses_color = options.usesColor
    native.uses_mouse = options.usesMouse
    native.captures_stderr = options.capturesStandardError
    return type.withCString { term in
      native.term = term
      return cn_open(&native)
    }
  }

  private static func check(_ status: cn_status, type: String) throws(TerminalError) {
    switch status {
    case .opened: return
    case .already_open: throw .alreadyOpen
    case .not_a_terminal: throw .notATerminal
    case .no_keyboard: throw .noKeyboard
    case .type_missing: throw .typeMissing
    case .type_unknown: throw .typeUnknown(type)
    case .type_unusable: throw .typeUnusable(type)
    case .database_missing: throw .databaseMissing
    case .failed: throw .systemRefused
    }
  }

  // MARK: Painting

  private func put(_ run: ScreenDifference.Run, of screen: Screen) {
    var cells: [cn_cell] = []
    var scalars: [UInt32] = []
    cells.reserveCapacity(run.columns.count)
    scalars.reserveCapacity(run.columns.count)
    for cell in screen.row(run.row, columns: run.columns) where !cell.isContinuation {
      let style = styles[cell.role]
      let start = scalars.count
      append(cell, to: &scalars)
      cells.append(
        cn_cell(
          foreground: style.foreground, background: style.background,
          scalar_count: UInt8(scalars.count - start), width: UInt8(cell.width),
          attributes: style.attributes))
    }
    cn_put(
      Int32(clamping: run.row), Int32(clamping: run.columns.lowerBound), cells, Int32(cells.count),
      scalars)
  }

  /// Adds the scalars of a cell, question marks where the terminal has only ASCII.
  private func append(_ cell: Cell, to scalars: inout [UInt32]) {
    if capabilities.isUnicode || cell.character.isASCII {
      scalars.append(contentsOf: cell.character.unicodeScalars.prefix(16).map(\.value))
    } else {
      scalars.append(contentsOf: repeatElement(0x3F, count: Int(cell.width)))
    }
  }

  // MARK: Events

  /// Turns what curses reports into events.
  private func take(_ wakeup: cn_wakeup) {
    if wakeup.signal != 0 { events.append(.terminate(Self.cause(of: wakeup.signal))) }
    if wakeup.stop_requested { events.append(.suspend) }
    if wakeup.continued {
      shown = nil
      events.append(.resume)
    }
    if wakeup.resized {
      shown = nil
      events.append(.resize(size))
    }
    if wakeup.woken { events.append(.wake) }
    if wakeup.input || wakeup.input_ended { read() }
  }

  private func read() {
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = cn_read(&bytes, Int32(bytes.count))
    lastInput = .now
    if count > 0 {
      events += decoder.events(from: bytes.prefix(Int(count)))
    } else {
      events += decoder.flush()
      events.append(.terminate(.endOfInput))
    }
  }

  private static func cause(of signal: Int32) -> TerminationCause {
    switch signal {
    case SIGHUP: .hangup
    case SIGINT: .interrupt
    default: .termination
    }
  }

  /// How long an incomplete sequence waits for its next byte.
  private var delay: Duration { decoder.isPasting ? Self.pasteDelay : Self.escapeDelay }

  /// Rounded up, so that a wait never ends too early; −1 for ever.
  private static func milliseconds(until end: ContinuousClock.Instant?) -> Int32 {
    guard let end else { return -1 }
    let (seconds, attoseconds) = ContinuousClock.now.duration(to: end).components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    guard seconds < 1_000_000 else { return 1_000_000_000 }
    let part: Int64 = 1_000_000_000_000_000
    return Int32(seconds * 1_000 + (attoseconds + part - 1) / part)
  }

  /// What terminfo says keys send, for terminals that are not like the others.
  private static func keyDefinitions() -> [[UInt8]: Key] {
    let capabilities: [(String, Key)] = [
      ("kcuu1", .up), ("kcud1", .down), ("kcub1", .left), ("kcuf1", .right), ("khome", .home),
      ("kend", .end), ("kpp", .pageUp), ("knp", .pageDown), ("kich1", .insert),
      ("kdch1", .delete), ("kcbt", .shiftTab), ("kent", .enter),
    ]
    let functions = (1...12).map { ("kf\($0)", Key.function($0)) }
    var definitions: [[UInt8]: Key] = [:]
    for (name, key) in capabilities + functions {
      guard let string = cn_key_string(name) else { continue }
      definitions[Array(String(cString: string).utf8)] = key
    }
    return definitions
  }
}

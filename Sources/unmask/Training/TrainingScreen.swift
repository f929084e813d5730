import ArgumentParser
import Glibc
import PlaygroundUI
import Training

/// A run on the terminal: the curve of the loss, numbers, and a text that is generated again and again.
struct TrainingScreen {
  private let board: TrainingBoard
  private let title: String
  private let directory: String
  private let output = OutputStream.standard
  private let symbols = TerminalTraits.symbols
  private let writer = ANSIWriter(theme: TerminalTraits.theme, usesStyles: true)
  private var painter = FramePainter()
  private var start: (done: Double, seconds: Double)?

  private static let curveRows = 8
  private static let frameMicroseconds: UInt32 = 100_000

  init(_ plan: TrainingPlan, _ board: TrainingBoard) {
    self.board = board
    title = ([plan.name] + plan.introduction).joined(separator: " · ")
    directory = plan.out
  }

  /// Draws until the run has finished, and obeys keys meanwhile.
  mutating func follow() throws {
    CursorGuard.hide()
    KeyInput.open()
    defer {
      KeyInput.close()
      CursorGuard.show()
    }
    while !board.state.withLock({ $0.isFinished }) {
      if CursorGuard.wasResumed() {
        painter.forget()
        KeyInput.open()
      }
      try draw()
      switch KeyInput.next(waiting: Self.frameMicroseconds) {
      case UInt8(ascii: " "): board.state.withLock { $0.isPaused.toggle() }
      case UInt8(ascii: "g"): try openPlayground()
      default: break
      }
    }
    try draw()
    try output.write("\r\n")
  }

  /// Opens the playground with the weights written last; the training goes on behind it.
  private mutating func openPlayground() throws {
    KeyInput.close()
    CursorGuard.show()
    do {
      try PlayCommand.parse(["--model", directory]).run()
    } catch is CleanExit {
      // Leaving the playground leaves nothing else.
    } catch let status as ExitCode where status == ExitCode(130) {
      // Ctrl-C in the playground closes it.
    }
    Interruption.listen()
    painter.forget()
    CursorGuard.hide()
    KeyInput.open()
  }

  private mutating func draw() throws(FileError) {
    let size = TerminalTraits.size(of: output.descriptor)
    let columns = max(2, size.columns - 1)
    let state = board.state.withLock { state in
      state.news = []
      return state
    }
    if start == nil, state.report != nil { start = (state.done, state.progress.seconds) }
    var lines: [(text: String, width: Int)] = [line(title, columns, .title)]
    if size.rows > Self.curveRows + 6 {
      for row in state.curve.picture(
        width: columns, height: Self.curveRows, usesUnicode: symbols == .unicode)
      { lines.append(line(row, columns, .level(at: 0.8))) }
    }
    lines.append(line(numbers(of: state), columns, .text))
    if let sample = state.sample {
      let room = max(0, size.rows - lines.count - 3)
      lines += wrapped(sample, columns).prefix(room).map { line($0, columns, .text) }
      if let verdict = state.verdict { lines.append(line(verdict, columns, .status)) }
    }
    lines.append(
      line(
        state.isPaused
          ? "paused · Space goes on · g playground · Ctrl-C ends"
          : "Space pauses · g playground · Ctrl-C ends with a checkpoint", columns, .dim))
    try output.write(painter.frame(lines, columns: size.columns))
  }

  private func numbers(of state: TrainingBoard.State) -> String {
    var text =
      state.summary + " · \(abbreviated(Int(state.positionsPerSecond))) tokens/s"
    if let start, let left = TrainingBoard.secondsLeft(state, since: start) {
      text += " · \(clock(left)) left"
    }
    return text
  }

  private func line(
    _ text: String, _ columns: Int, _ role: StyleRole
  ) -> (text: String, width: Int) {
    let safe = TextSanitizer(symbols: symbols).graphemes(of: text)
      .truncated(toWidth: columns, ellipsis: symbols.ellipsis)
    return (writer.text(safe.text, role: role), safe.width)
  }

  /// Cuts a text into lines at spaces.
  private func wrapped(_ text: String, _ columns: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: \.isWhitespace) {
      if !line.isEmpty, line.count + 1 + word.count > columns {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " " + word
    }
    return line.isEmpty ? lines : lines + [line]
  }
}

/// Keys as they are pressed, without waiting for the end of a line.
enum KeyInput {
  nonisolated(unsafe) private static var before: termios?

  /// Switches the terminal; signals stay as they are.
  static func open() {
    guard isatty(STDIN_FILENO) == 1 else { return }
    var settings = termios()
    guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return }
    if before == nil { before = settings }
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
    tcsetattr(STDIN_FILENO, TCSANOW, &settings)
  }

  /// Switches back.
  static func close() {
    guard var settings = before else { return }
    tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
    before = nil
  }

  /// A key, or `nil` if none is pressed in time.
  static func next(waiting microseconds: UInt32) -> UInt8? {
    guard before != nil else {
      usleep(microseconds)
      return nil
    }
    var request = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    guard poll(&request, 1, Int32(microseconds / 1000)) > 0 else { return nil }
    var byte: UInt8 = 0
    return read(STDIN_FILENO, &byte, 1) == 1 ? byte : nil
  }
}

import CNcurses
import Foundation
import PlaygroundUI
import TerminalDriver
import Testing

/// Curses without a terminal.
///
/// Keys come from a pipe, what is drawn goes to a file and is read back
/// from curses' own grid. Serialized, because there is one terminal a process.
@Suite(.serialized) struct NcursesTerminalTests {
  @Test func drawsColoursAttributesAndWideCharacters() throws {
    let rig = try Rig()
    var screen = Screen(size: ScreenSize(rows: 4, columns: 20))
    screen.write("a日e\u{301}▒", row: 1, column: 2, role: .unmaskedNow)
    rig.terminal.paint(screen, theme: .dark)
    #expect(rig.terminal.capabilities.colorCount == 256)
    #expect(rig.text(row: 1, columns: 0..<8) == ["", "", "a", "日", "", "e\u{301}", "▒", ""])
    let cell = try #require(rig.cell(row: 1, column: 2))
    #expect(cell.foreground == 16)
    #expect(cell.background == 221)
    #expect(cell.attributes == UInt8(cn_bold))
    #expect(rig.cell(row: 1, column: 3)?.width == 2)
  }

  @Test func paintsOnlyWhatChanged() throws {
    let rig = try Rig()
    var screen = Screen(size: ScreenSize(rows: 10, columns: 40))
    screen.write("unchanged text", row: 0, column: 0)
    rig.terminal.paint(screen, theme: .dark)
    let before = rig.sentBytes()
    screen.write("x", row: 5, column: 5)
    rig.terminal.paint(screen, theme: .dark)
    let sent = rig.sentBytes().dropFirst(before.count)
    #expect(sent.contains(UInt8(ascii: "x")))
    #expect(sent.count < 40)
    rig.terminal.paint(screen, theme: .dark)
    #expect(rig.sentBytes().count == before.count + sent.count)
  }

  @Test("clusters that curses cannot hold keep their width")
  func clusters() throws {
    let rig = try Rig()
    var screen = Screen(size: ScreenSize(rows: 6, columns: 20))
    screen.write("👩‍🔬x", row: 0, column: 0)
    screen.write("🇩🇪x", row: 1, column: 0)
    screen.write("❤\u{FE0F}x", row: 2, column: 0)
    screen.write("กำx", row: 3, column: 0)
    screen.write("a\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}x", row: 4, column: 0)
    screen.write("👍🏽x", row: 5, column: 0)
    rig.terminal.paint(screen, theme: .dark)
    #expect(rig.text(row: 0, columns: 0..<3) == ["👩", "", "x"])
    #expect(rig.text(row: 1, columns: 0..<3) == ["🇩", "🇪", "x"])
    #expect(rig.text(row: 2, columns: 0..<3) == ["❤", "", "x"])
    #expect(rig.text(row: 3, columns: 0..<3) == ["ก", "ำ", "x"])
    #expect(rig.text(row: 4, columns: 0..<2) == ["a\u{301}\u{302}\u{303}\u{304}", "x"])
    #expect(rig.text(row: 5, columns: 0..<3) == ["👍", "", "x"])
  }

  @Test("no byte of a text reaches the terminal as a control")
  func safety() throws {
    let rig = try Rig()
    var screen = Screen(size: ScreenSize(rows: 24, columns: 80))
    screen.write("\u{1B}]0;owned\u{7}\u{9B}2J\u{202E}\u{1B}[?1049l", row: 0, column: 0)
    rig.terminal.paint(screen, theme: .dark)
    var scalars: [UInt32] = [0x1B, 0x9B, 0x07, 0x0A]
    let cells = scalars.map { _ in
      cn_cell(foreground: -1, background: -1, scalar_count: 1, width: 1, attributes: 0)
    }
    cn_put(2, 0, cells, 4, &scalars)
    cn_flush(-1, -1)
    let output = String(decoding: rig.sentBytes(), as: UTF8.self)
    #expect(!output.contains("\u{1B}]"))
    #expect(!output.contains("\u{9B}"))
    #expect(!output.contains("\u{202E}"))
    #expect(!output.contains("\u{1B}[?1049l"))
    #expect(rig.text(row: 2, columns: 0..<4) == ["\u{FFFD}", "\u{FFFD}", "\u{FFFD}", "\u{FFFD}"])
  }

  @Test func whatDoesNotFitIsCut() throws {
    let rig = try Rig(size: ScreenSize(rows: 2, columns: 5))
    var screen = Screen(size: ScreenSize(rows: 5, columns: 20))
    screen.write("abcd日e", row: 0, column: 0)
    screen.write("below", row: 4, column: 0)
    rig.terminal.paint(screen, theme: .dark)
    #expect(rig.text(row: 0, columns: 0..<5) == ["a", "b", "c", "d", ""])
    #expect(rig.terminal.size == ScreenSize(rows: 2, columns: 5))
  }

  @Test(
    "terminals have the colours they have",
    arguments: [("xterm-256color", 256), ("linux", 8), ("xterm-mono", 0), ("vt100", 0)])
  func colours(type: String, count: Int) throws {
    let rig = try Rig(type: type)
    #expect(rig.terminal.capabilities.colorCount == count)
    #expect(rig.terminal.capabilities.hasMouse == (type != "vt100"))
    var screen = Screen(size: ScreenSize(rows: 4, columns: 20))
    for (index, role) in StyleRole.allCases.enumerated() {
      screen.write("x", row: index / 20, column: index % 20, role: role)
    }
    rig.terminal.paint(screen, theme: .dark)
    #expect(rig.text(row: 0, columns: 0..<2) == ["x", "x"])
  }

  @Test func coloursCanBeUnwanted() throws {
    let rig = try Rig { $0.usesColor = false }
    #expect(rig.terminal.capabilities.colorCount == 0)
    var screen = Screen(size: ScreenSize(rows: 1, columns: 5))
    screen.write("x", row: 0, column: 0, role: .unmaskedNow)
    rig.terminal.paint(screen, theme: .dark)
    let cell = try #require(rig.cell(row: 0, column: 0))
    #expect(cell.foreground == -1)
    #expect(cell.attributes == UInt8(cn_bold | cn_reverse))
  }

  @Test func unknownTypesHaveASubstitute() throws {
    let rig = try Rig(type: "no-such-terminal")
    let notice = try #require(rig.terminal.notice)
    #expect(notice.contains("'no-such-terminal'") && notice.contains("xterm-256color"))
    #expect(rig.terminal.capabilities.colorCount == 256)
  }

  @Test(
    "what is no terminal is refused",
    arguments: [("dumb", TerminalError.typeUnusable("dumb")), ("", .typeMissing)])
  func refused(type: String, error: TerminalError) {
    #expect(throws: error) { _ = try Rig(type: type) }
  }

  @Test func thereIsOneAtATime() throws {
    let rig = try Rig()
    #expect(throws: TerminalError.alreadyOpen) { _ = try Rig() }
    rig.terminal.close()
    rig.terminal.close()
    #expect(rig.terminal.nextEvent(timeout: nil) == nil)
    #expect(rig.terminal.size.rows == 0)
    _ = try Rig()
  }

  @Test func readsKeysMouseAndPastes() throws {
    let rig = try Rig()
    rig.type("a\u{1B}OA日\u{1B}[<0;11;6M\u{1B}[200~p\u{1B}[201~")
    #expect(rig.next() == .key(.character("a")))
    #expect(rig.next() == .key(.up))
    #expect(rig.next() == .key(.character("日")))
    #expect(rig.next() == .mouse(MouseEvent(.press(.left), at: ScreenPoint(row: 5, column: 10))))
    #expect(rig.next() == .paste("p"))
    #expect(rig.terminal.nextEvent(timeout: .zero) == nil)
  }

  @Test("the escape key is reported soon, even to somebody who never waits")
  func escape() throws {
    let rig = try Rig()
    rig.type("\u{1B}")
    let start = ContinuousClock.now
    var event: TerminalEvent?
    while event == nil && ContinuousClock.now - start < .seconds(5) {
      event = rig.terminal.nextEvent(timeout: .milliseconds(1))
    }
    #expect(event == .key(.escape))
    #expect(ContinuousClock.now - start >= .milliseconds(25))
  }

  @Test func otherThreadsWakeIt() throws {
    let rig = try Rig()
    let waker = rig.terminal.waker
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.02)
      waker.wake()
    }
    #expect(rig.terminal.nextEvent(timeout: .seconds(10)) == .wake)
    waker.wake()
    waker.wake()
    #expect(rig.terminal.nextEvent(timeout: .seconds(10)) == .wake)
    #expect(rig.terminal.nextEvent(timeout: .milliseconds(5)) == nil)
    rig.terminal.close()
    waker.wake()
  }

  @Test(
    "signals become events",
    arguments: [
      (SIGTERM, .terminate(.termination)), (SIGHUP, .terminate(.hangup)),
      (SIGINT, .terminate(.interrupt)), (SIGTSTP, .suspend),
      (SIGWINCH, .resize(ScreenSize(rows: 24, columns: 80))), (SIGCONT, .resume),
    ] as [(Int32, TerminalEvent)])
  func signals(number: Int32, event: TerminalEvent) throws {
    let rig = try Rig()
    kill(getpid(), number)
    #expect(rig.next() == event)
    #expect(rig.terminal.nextEvent(timeout: .milliseconds(5)) == nil)
  }

  @Test func theEndOfInputEndsTheProgram() throws {
    let rig = try Rig()
    rig.type("q")
    rig.endInput()
    #expect(rig.next() == .key(.character("q")))
    #expect(rig.next() == .terminate(.endOfInput))
  }

  @Test func modesAreUndoneInTheEnd() throws {
    let rig = try Rig()
    rig.terminal.paint(Screen(size: ScreenSize(rows: 24, columns: 80)), theme: .dark)
    rig.terminal.close()
    let output = String(decoding: rig.sentBytes(), as: UTF8.self)
    for mode in ["?1000", "?1002", "?1006", "?2004", "?1049"] {
      let on = try #require(output.range(of: "\u{1B}[\(mode)h"))
      let off = try #require(output.range(of: "\u{1B}[\(mode)l", options: .backwards))
      #expect(on.lowerBound < off.lowerBound)
    }
    #expect(output.range(of: "\u{1B}[?25h", options: .backwards) != nil)
  }

  @Test func theCursorIsShownWhereTheScreenSaysSo() throws {
    let rig = try Rig()
    var screen = Screen(size: ScreenSize(rows: 24, columns: 80))
    screen.cursor = ScreenPoint(row: 3, column: 7)
    rig.terminal.paint(screen, theme: .dark)
    let output = String(decoding: rig.sentBytes(), as: UTF8.self)
    #expect(output.contains("\u{1B}[4;8H"))
    #expect(output.hasSuffix("\u{1B}[?25h") || output.contains("\u{1B}[?12l\u{1B}[?25h"))
  }
}

/// A terminal on a pipe and a file.
private final class Rig {
  let terminal: NcursesTerminal
  private var writing: Int32
  private let output: FileHandle
  private let path: String

  init(
    type: String = "xterm-256color", size: ScreenSize = ScreenSize(rows: 24, columns: 80),
    _ change: (inout NcursesTerminal.Options) -> Void = { _ in }
  ) throws {
    let pipe = Pipe()
    path = NSTemporaryDirectory() + "terminal-\(UUID().uuidString)"
    try Data().write(to: URL(fileURLWithPath: path))
    output = try #require(FileHandle(forWritingAtPath: path))
    var options = NcursesTerminal.Options()
    options.type = type
    options.input = pipe.fileHandleForReading.fileDescriptor
    options.output = output.fileDescriptor
    options.size = size
    options.capturesStandardError = false
    change(&options)
    writing = dup(pipe.fileHandleForWriting.fileDescriptor)
    terminal = try NcursesTerminal(options)
  }

  deinit {
    terminal.close()
    endInput()
    try? FileManager.default.removeItem(atPath: path)
  }

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    #expect(write(writing, bytes, bytes.count) == bytes.count)
  }

  func endInput() {
    if writing >= 0 { Glibc.close(writing) }
    writing = -1
  }

  func next() -> TerminalEvent? { terminal.nextEvent(timeout: .seconds(10)) }

  func sentBytes() -> [UInt8] { FileManager.default.contents(atPath: path).map(Array.init) ?? [] }

  func cell(row: Int32, column: Int32) -> cn_cell? {
    var cell = cn_cell()
    var scalars = [UInt32](repeating: 0, count: 8)
    return cn_get(row, column, &cell, &scalars) ? cell : nil
  }

  /// The characters of some cells; blanks and the right halves of wide characters are empty.
  func text(row: Int32, columns: Range<Int32>) -> [String] {
    var result: [String] = []
    var isRightHalf = false
    for column in 0..<columns.upperBound {
      var cell = cn_cell()
      var scalars = [UInt32](repeating: 0, count: 8)
      guard cn_get(row, column, &cell, &scalars) else { return [] }
      let found = scalars.prefix(Int(cell.scalar_count)).compactMap(Unicode.Scalar.init)
      let text = String(String.UnicodeScalarView(found))
      result.append(isRightHalf || text == " " ? "" : text)
      isRightHalf = !isRightHalf && cell.width == 2
    }
    return Array(result[Int(columns.lowerBound)...])
  }
}

import Foundation
import Testing

/// The live canvas, in a pseudo-terminal.
@Suite struct LiveViewTests {
  private let options = [
    "generate", "--model", Fixture.path("llada/tiny-a"), "--length", "12", "--delay", "0", "Once",
  ]

  @Test func drawsInPlaceAndLeavesTheText() throws {
    let session = try PseudoTerminal(options)
    #expect(session.status == 0)
    #expect(session.text.hasPrefix("\u{1B}[?25l"))
    #expect(session.text.contains("░"))
    #expect(session.text.contains("step 1 of 12"))
    #expect(session.text.contains("\u{1B}[?25h"))
    #expect(session.text.contains(";38;5;"))
  }

  @Test func noColourWhereNoneIsWanted() throws {
    let session = try PseudoTerminal(options, environment: ["NO_COLOR": "1"])
    #expect(session.text.contains("░"))
    #expect(!session.text.contains(";38;"))
  }

  @Test func aDumbTerminalGetsTheTextAlone() throws {
    let session = try PseudoTerminal(options, environment: ["TERM": "dumb"])
    let piped = try CommandRun(arguments: options)
    #expect(!session.text.contains("\u{1B}"))
    #expect(session.text.filter { $0 == "\n" || $0 == "\r\n" }.count >= 1)
    #expect(session.text.hasPrefix(String(piped.output.prefix(4))))
  }

  @Test func withoutUnicodeMasksAreASCII() throws {
    let session = try PseudoTerminal(options, environment: ["LC_ALL": "C"])
    let isASCII = session.text.allSatisfy(\.isASCII)
    #expect(isASCII)
    #expect(session.text.contains("_"))
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func theCursorComesBackAfterASignal(_ signal: Int32) throws {
    let session = try PseudoTerminal(
      options + ["--preset", "smdm-origin", "--steps", "60000"], signal: signal)
    #expect(session.status == 128 + signal)
    #expect(session.text.contains("\u{1B}[?25h"))
  }
}

/// What `unmask` writes to a terminal of 24 rows of 80 columns.
private struct PseudoTerminal {
  var text = ""
  var status: Int32 = 0

  init(
    _ arguments: [String], environment: [String: String] = [:], signal: Int32? = nil
  ) throws {
    let primary = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var (unlocked, number) = (Int32(0), Int32(-1))
    // TIOCSPTLCK and TIOCGPTN, which are macros Swift does not see.
    try #require(ioctl(primary, 0x4004_5431, &unlocked) == 0)
    try #require(ioctl(primary, 0x8004_5430, &number) == 0)
    let name = "/dev/pts/\(number)"
    let secondary = try #require(FileHandle(forUpdatingAtPath: name))
    var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
    try #require(ioctl(primary, UInt(TIOCSWINSZ), &size) == 0)
    let process = CommandRun.process(
      arguments, environment: ["TERM": "xterm-256color"].merging(environment) { $1 })
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = secondary
    process.standardError = secondary
    try process.run()
    try secondary.close()
    var bytes: [UInt8] = []
    var isSignalled = false
    var part = [UInt8](repeating: 0, count: 1 << 16)
    // Reading fails when the last process has closed its side.
    while case let count = read(primary, &part, part.count), count > 0 {
      bytes += part.prefix(count)
      if let signal, bytes.count > 2000, !isSignalled {
        isSignalled = true
        kill(process.processIdentifier, signal)
      }
    }
    process.waitUntilExit()
    close(primary)
    status = process.terminationStatus
    text = String(decoding: bytes, as: UTF8.self)
  }
}

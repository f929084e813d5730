import Glibc
import MaskedDiffusion
import PlaygroundUI

/// The canvas on the terminal while it fills.
struct LiveView {
  private let output = OutputStream.standard
  private let symbols = TerminalTraits.symbols
  private let writer: ANSIWriter
  private let bytes: (TokenID) -> [UInt8]
  private let pause: Duration
  private var painter = FramePainter()
  private var lastFrame = ContinuousClock.now

  /// Creates a view, and hides the cursor until ``finish()``.
  ///
  /// - Parameters:
  ///   - pause: The least time between two frames; a small model is quicker than the eye.
  ///   - bytes: The bytes of a token.
  /// - Throws: ``FileError``.
  init(pause: Duration, bytes: @escaping (TokenID) -> [UInt8]) throws(FileError) {
    writer = ANSIWriter(theme: TerminalTraits.theme, usesStyles: true)
    self.pause = pause
    self.bytes = bytes
    CursorGuard.hide()
  }

  /// Draws `picture`, with `status` in a line below it.
  mutating func draw(_ picture: CanvasPicture, status: String) throws(FileError) {
    let size = TerminalTraits.size(of: output.descriptor)
    if CursorGuard.wasResumed() { painter.forget() }
    let columns = max(2, size.columns - 1)
    let lines = StyledText(picture.cells(bytes: bytes), symbols: symbols).lines(columns: columns)
    let rows = max(1, size.rows - 2)
    let visible = Self.window(of: lines, rows: rows)
    var status = status
    if visible.count < lines.count {
      status += " · lines \(visible.lowerBound + 1) to \(visible.upperBound) of \(lines.count)"
    }
    let text = TextSanitizer(symbols: symbols).graphemes(of: status)
      .truncated(toWidth: columns, ellipsis: symbols.ellipsis)
    var drawn = lines[visible].map { (text: writer.text(of: $0), width: $0.width) }
    drawn.append((text: writer.text(text.text, role: .dim), width: text.width))
    try output.write(painter.frame(drawn, columns: size.columns))
    waitForEye()
  }

  /// Takes the view away, puts the final text in its place and shows the cursor again.
  mutating func finish(_ picture: CanvasPicture, positions: [Int]) throws(FileError) {
    var picture = picture
    picture.settle()
    let size = TerminalTraits.size(of: output.descriptor)
    let tokens = picture.cells(bytes: bytes)
    let text = StyledText(positions.map { tokens[$0] }, symbols: symbols)
    let lines = text.lines(columns: max(2, size.columns - 1))
    let drawn = lines.map { writer.text(of: $0) + "\n" }.joined()
    try output.write(painter.erase(columns: size.columns) + drawn)
    CursorGuard.show()
  }

  /// Takes the view away because something went wrong.
  mutating func abandon() {
    let columns = TerminalTraits.size(of: output.descriptor).columns
    try? output.write(painter.erase(columns: columns))
    CursorGuard.show()
  }

  /// The lines to show when not all fit: from a little above the first mask.
  private static func window(of lines: [[StyledText.Element]], rows: Int) -> Range<Int> {
    guard lines.count > rows else { return 0..<lines.count }
    let firstMask = lines.firstIndex { $0.contains { $0.role == .masked || $0.role == .remasked } }
    let start = min(max(0, (firstMask ?? lines.count) - rows / 3), lines.count - rows)
    return start..<start + rows
  }

  private mutating func waitForEye() {
    let next = lastFrame + pause
    while ContinuousClock.now < next, !Interruption.isRequested {
      let left = min((next - ContinuousClock.now) / .microseconds(1), 20_000)
      usleep(UInt32(max(0, left)))
    }
    lastFrame = ContinuousClock.now
  }
}

extension [StyledText.Element] {
  /// The width of the line, in cells.
  var width: Int { reduce(0) { $0 + $1.grapheme.width } }
}

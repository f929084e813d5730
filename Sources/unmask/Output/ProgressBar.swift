import PlaygroundUI
import Synchronization

/// A line on standard error that shows how far something is; nothing where no terminal shows it.
final class ProgressBar: Sendable {
  private let label: String
  private let isShown = OutputStream.error.isTerminal && TerminalTraits.canMoveCursor
  /// The hundredths and the note shown last.
  private let shown = Mutex<(percent: Int, note: String)?>(nil)

  /// The cells of the bar.
  private static let width = 24

  init(_ label: String) { self.label = label }

  /// Shows `share`, 0 to 1.
  func show(_ share: Double) { show(share, note: "") }

  /// Shows `share`, 0 to 1, and behind it `note`.
  func show(_ share: Double, note: String) {
    guard isShown else { return }
    let percent = Int((100 * min(max(share, 0), 1)).rounded(.down))
    shown.withLock { shown in
      if let shown, shown == (percent, note) { return }
      shown = (percent, note)
      let cells = Self.width * percent / 100
      let bar =
        String(repeating: "#", count: cells)
        + String(repeating: ".", count: Self.width - cells)
      let name = TextSanitizer(symbols: TerminalTraits.symbols).sanitized(label)
      try? OutputStream.error.write("\r\(name) [\(bar)] \(percent) % \(note)\u{1B}[K")
    }
  }

  /// Takes the line away.
  func clear() {
    shown.withLock { shown in
      guard shown != nil else { return }
      shown = nil
      try? OutputStream.error.write("\r\u{1B}[K")
    }
  }
}

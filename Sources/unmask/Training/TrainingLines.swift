import Glibc
import PlaygroundUI

/// A run as lines, where no terminal shows a picture.
struct TrainingLines {
  private let board: TrainingBoard
  private let sanitizer = TextSanitizer(symbols: TerminalTraits.symbols, keepsNewlines: false)

  init(_ board: TrainingBoard) { self.board = board }

  /// Prints what there is to tell until the run has finished.
  func follow() throws(FileError) {
    var shown: String?
    while true {
      let state = board.state.withLock { state in
        defer { state.news = [] }
        return state
      }
      for line in state.news { try OutputStream.standard.writeLine(sanitizer.sanitized(line)) }
      if let sample = state.sample, sample != shown {
        try OutputStream.standard.writeLine("  " + sanitizer.sanitized(sample))
        if let verdict = state.verdict {
          try OutputStream.standard.writeLine("  → " + sanitizer.sanitized(verdict))
        }
        shown = sample
      }
      if state.isFinished { return }
      usleep(50_000)
    }
  }
}

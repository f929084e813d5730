package import PlaygroundUI
import Synchronization

/// Messages from the threads that work to the thread that draws.
package final class Mailbox: Sendable {
  private let messages = Mutex<[Playground.Message]>([])
  private let waker: TerminalWaker

  /// Creates an empty mailbox that wakes the reader with `waker`.
  package init(waker: TerminalWaker) { self.waker = waker }

  /// Puts messages behind those that wait, and wakes the reader.
  package func post(_ new: [Playground.Message]) {
    guard !new.isEmpty else { return }
    messages.withLock { $0 += new }
    waker.wake()
  }

  /// Takes everything out, oldest first.
  package func take() -> [Playground.Message] {
    messages.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
  }
}

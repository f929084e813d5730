import Glibc
import Synchronization

/// Hides the cursor, and shows it again on every way out: a trap and Ctrl-Z included.
///
/// Ctrl-C and requests to terminate end a run in good order (``Interruption``), so they need
/// nothing here.
enum CursorGuard {
  private static let isHidden = Atomic<Bool>(false)
  private static let resumed = Atomic<Bool>(false)

  /// Hides the cursor.
  static func hide() {
    isHidden.store(true, ordering: .relaxed)
    resumed.store(false, ordering: .relaxed)
    for signal in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] {
      // The default action follows when the instruction traps again.
      install(signal, flags: Int32(truncatingIfNeeded: SA_RESETHAND)) { _ in
        CursorGuard.write("\u{1B}[0m\u{1B}[?25h\r\n")
      }
    }
    install(SIGTSTP, flags: SA_RESTART) { _ in
      CursorGuard.write("\u{1B}[0m\u{1B}[?25h\r\n")
      kill(getpid(), SIGSTOP)
      CursorGuard.write("\u{1B}[?25l")
      CursorGuard.resumed.store(true, ordering: .relaxed)
    }
    write("\u{1B}[?25l")
  }

  /// Shows the cursor, if it is hidden.
  static func show() {
    guard isHidden.exchange(false, ordering: .relaxed) else { return }
    write("\u{1B}[0m\u{1B}[?25h")
    for signal in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGTSTP] {
      Glibc.signal(signal, SIG_DFL)
    }
  }

  /// Whether the program was stopped and went on since the last call: the terminal shows other
  /// things now.
  static func wasResumed() -> Bool { resumed.exchange(false, ordering: .relaxed) }

  private static func install(
    _ signal: Int32, flags: Int32, handler: @escaping @convention(c) (Int32) -> Void
  ) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    action.sa_flags = flags
    sigaction(signal, &action, nil)
  }

  /// Writes `text` with nothing but a system call, as a signal handler must.
  private static func write(_ text: StaticString) {
    _ = Glibc.write(STDOUT_FILENO, text.utf8Start, text.utf8CodeUnitCount)
  }
}

/// Why a terminal cannot be used.
public enum TerminalError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Standard output is a file or a pipe.
  case notATerminal
  /// There is nothing to read keys from.
  case noKeyboard
  /// The environment does not say what kind of terminal this is.
  case typeMissing
  /// Terminfo has no entry for the terminal, nor for any that could take its place.
  case typeUnknown(String)
  /// The terminal cannot move its cursor.
  case typeUnusable(String)
  /// Terminfo is not installed.
  case databaseMissing
  /// Another part of the program has the terminal.
  case alreadyOpen
  /// The system refused memory or file descriptors.
  case systemRefused

  /// The cause in one sentence.
  public var description: String {
    switch self {
    case .notATerminal: "standard output is not a terminal"
    case .noKeyboard: "standard input is not a terminal and /dev/tty cannot be opened"
    case .typeMissing: "the environment variable TERM is not set"
    case .typeUnknown(let type): "the terminal type '\(type)' is not known to terminfo"
    case .typeUnusable(let type):
      "the terminal type '\(type)' cannot move its cursor, expected one that can"
    case .databaseMissing: "the terminfo database was not found"
    case .alreadyOpen: "the terminal is open already"
    case .systemRefused: "the system refused to open the terminal"
    }
  }

  /// What to do about it; `nil` when nothing can be said.
  public var hint: String? {
    switch self {
    case .notATerminal: "run it without redirecting its output"
    case .noKeyboard, .alreadyOpen, .systemRefused: nil
    case .typeMissing, .typeUnusable: "try TERM=xterm-256color"
    case .typeUnknown: "install the package ncurses-term, or try TERM=xterm-256color"
    case .databaseMissing: "install the package ncurses-base, or set TERMINFO"
    }
  }
}

import ArgumentParser
import Glibc
import Models
import MaskedDiffusion
import PlaygroundUI

/// The only place that prints an error and picks an exit status.
///
/// | Status | Meaning |
/// |---|---|
/// | 0 | everything was done |
/// | 1 | a file, a model or a prediction failed; `trace diff` found a difference |
/// | 64 | the command line asks for something that cannot be |
/// | 130 | interrupted by Ctrl-C (129 and 143: ended by a hangup or a request to terminate) |
enum ErrorReport {
  /// The exit status of a failure that is not the user's.
  static let failure = ExitCode(1)
  /// The exit status of a command line that makes no sense.
  static let usage = ExitCode(64)

  /// Prints `error` in full and ends the process.
  static func exit(with error: any Error) -> Never {
    let status = Unmask.exitCode(for: error)
    if let error = error as? any ReportedError {
      report(error.description, hint: error.hint)
      Glibc.exit(error.exitStatus.rawValue)
    }
    if error is ExitCode { Glibc.exit(status.rawValue) }
    if status.isSuccess {
      // Help and version are asked for, so they are what the command writes.
      try? OutputStream.standard.write(Unmask.fullMessage(for: error) + "\n")
      Glibc.exit(0)
    }
    // The parser adds guesses on lines of their own.
    let message = String(Unmask.message(for: error).prefix { $0 != "\n" })
    report(message.prefix(1).lowercased() + message.dropFirst(), hint: hint(for: message))
    Glibc.exit(usage.rawValue)
  }

  /// Prints a sentence that is no reason to stop.
  static func warn(_ message: String) {
    let text = sanitized(message)
    try? OutputStream.error.write("unmask: warning: \(text)\n")
  }

  private static func report(_ message: String, hint: String?) {
    var text = "unmask: error: \(sanitized(message))\n"
    if let hint { text += "hint: \(sanitized(hint))\n" }
    try? OutputStream.error.write(text)
  }

  /// Messages hold names of files and tensors, which may hold anything.
  private static func sanitized(_ text: String) -> String {
    let text = text.hasSuffix(".") ? String(text.dropLast()) : text
    return TextSanitizer(symbols: TerminalTraits.symbols, keepsNewlines: true).sanitized(text)
  }

  /// What looks like an option that does not exist may be a text; a misspelt one is known.
  private static func hint(for message: String) -> String {
    let takesText = ["generate", "predict", "tokenize"].contains {
      CommandLine.arguments.contains($0)
    }
    let isUnknown = message.hasPrefix("Unknown option") && !message.contains("Did you mean")
    return takesText && isUnknown ? "\(CommandWords.dashHint); \(helpHint)" : helpHint
  }

  private static var helpHint: String {
    let names = Unmask.configuration.subcommands.compactMap { $0.configuration.commandName }
    let command = CommandLine.arguments.dropFirst().first { names.contains($0) }
    return "'\((["unmask"] + [command].compactMap { $0 }).joined(separator: " ")) --help' says more"
  }
}

/// An error with a sentence for the user, and the exit status it ends the program with.
protocol ReportedError: Error, CustomStringConvertible {
  /// What to do about it, where that is known.
  var hint: String? { get }
  /// The exit status.
  var exitStatus: ExitCode { get }
}

extension ReportedError {
  var exitStatus: ExitCode { ErrorReport.failure }
  var hint: String? { nil }
}

/// A command line that cannot be carried out, for a reason only this program knows.
struct UsageError: ReportedError {
  let description: String
  let hint: String?
  var exitStatus: ExitCode { ErrorReport.usage }

  init(_ description: String, hint: String? = nil) {
    self.description = description
    self.hint = hint
  }
}

/// A failure of a file or device this program reads or writes itself.
struct FileError: ReportedError {
  let description: String

  /// Creates the error for `path` and what the operating system says of it.
  init(_ path: String, _ problem: String) { description = "\(path): \(problem)" }

  /// Creates the error for `path` from the number the operating system left behind.
  init(_ path: String, _ problem: String, errno code: Int32) {
    self.init(path, "\(problem): \(String(cString: strerror(code)))")
  }
}

extension SamplerError: ReportedError {
  /// Settings are typed by the user; a prediction that fails is not.
  var exitStatus: ExitCode {
    if case .prediction = self { ErrorReport.failure } else { ErrorReport.usage }
  }
}

extension PredictionError: ReportedError {}

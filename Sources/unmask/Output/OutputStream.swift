import Glibc

/// A file descriptor that text is written to, without a buffer in between.
struct OutputStream: Sendable {
  /// What the user gets.
  static let standard = OutputStream(descriptor: STDOUT_FILENO, name: "standard output")
  /// What the user is told beside it.
  static let error = OutputStream(descriptor: STDERR_FILENO, name: "standard error")

  let descriptor: Int32
  let name: String

  /// Whether a terminal shows what is written.
  var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Writes all of `text`.
  ///
  /// - Throws: ``FileError``: the disk is full, the reader has gone.
  func write(_ text: String) throws(FileError) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EAGAIN {
        waitUntilWritable()
      } else if errno != EINTR {
        throw FileError(name, "cannot be written", errno: errno)
      }
    }
  }

  /// Writes `text`, and a line break.
  func writeLine(_ text: String = "") throws(FileError) { try write(text + "\n") }

  /// A terminal shared with a program that made it non-blocking may be busy.
  private func waitUntilWritable() {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    poll(&request, 1, 1000)
  }
}

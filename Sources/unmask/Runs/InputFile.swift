import Glibc

/// Files the user names, and standard input.
enum InputFile {
  /// Returns the bytes of the file at `path`; `-` is standard input.
  ///
  /// - Throws: ``FileError``.
  static func bytes(of path: String) throws(FileError) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path, "cannot be read", errno: errno) }
    defer { if path != "-" { close(descriptor) } }
    var bytes: [UInt8] = []
    while let part = try nextPart(of: descriptor, name: name(of: path)) { bytes += part }
    return bytes
  }

  /// Returns the text of the file at `path`, without a byte order mark; `-` is standard input.
  ///
  /// - Throws: ``FileError``, also when the bytes are not UTF-8.
  static func text(of path: String) throws(FileError) -> String {
    var bytes = try bytes(of: path)[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
      throw FileError(
        name(of: path), isUTF16 ? "text in UTF-16, expected UTF-8" : "not UTF-8 text")
    }
    return text
  }

  /// Returns the bytes that are there next, `nil` at the end.
  static func nextPart(of descriptor: Int32, name: String) throws(FileError) -> [UInt8]? {
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = part.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count > 0 { return Array(part.prefix(count)) }
      if count == 0 { return nil }
      if errno != EINTR { throw FileError(name, "cannot be read", errno: errno) }
    }
  }

  /// What messages call the file at `path`.
  static func name(of path: String) -> String { path == "-" ? "standard input" : path }
}

extension InputFile {
  /// Whether `path` names a file that is not a directory.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
  }

  /// Whether there is anything at `path`.
  static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether standard input is a person at a terminal.
  static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }
}

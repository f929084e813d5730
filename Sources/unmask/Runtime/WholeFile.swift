import Glibc

/// Files the playground reads and writes as a whole, at paths typed by the user.
enum WholeFile {
  /// The largest file that is read, in bytes.
  static let sizeLimit = 1 << 30

  /// Returns `path` with a leading `~/` replaced by the home directory.
  static func expanded(_ path: String) -> String {
    guard path.hasPrefix("~/"), let home = TerminalTraits.variable("HOME"), home.hasPrefix("/")
    else { return path }
    return home + path.dropFirst()
  }

  /// What stands at a path.
  enum Kind: Equatable {
    case nothing
    case file(byteCount: Int)
    case directory
    case other
  }

  /// Says what stands at `path`; links are followed.
  static func kind(of path: String) -> Kind {
    var status = stat()
    guard stat(path, &status) == 0 else { return .nothing }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file(byteCount: Int(status.st_size))
    case S_IFDIR: return .directory
    default: return .other
    }
  }

  /// Returns a name like `path` at which nothing stands: `run-2.jsonl` for `run.jsonl`.
  static func freeName(like path: String) -> String {
    let directory = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    let name = path.dropFirst(directory.count)
    // A name may end in several suffixes; a dot at its beginning begins none.
    let dot = name.dropFirst().firstIndex(of: ".") ?? name.endIndex
    for number in 2... {
      let free = "\(directory)\(name[..<dot])-\(number)\(name[dot...])"
      if kind(of: expanded(free)) == .nothing { return free }
    }
    return path
  }

  /// Returns the bytes of the regular file at `path`.
  ///
  /// Nothing else is read: a pipe or a device could go on for ever.
  ///
  /// - Throws: ``FileError``.
  static func bytes(of path: String) throws(FileError) -> [UInt8] {
    switch kind(of: path) {
    case .nothing: throw FileError(path, "cannot be read", errno: errno)
    case .directory: throw FileError(path, "is a directory, expected a file")
    case .other: throw FileError(path, "is no regular file")
    case .file(let count) where count > sizeLimit:
      throw FileError(path, "has \(count) bytes, expected at most \(sizeLimit)")
    case .file: return try InputFile.bytes(of: path == "-" ? "./-" : path)
    }
  }

  /// Returns the first bytes of the file at `path`, as many as fit in a header line.
  ///
  /// - Throws: ``FileError``.
  static func head(of path: String) throws(FileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path, "cannot be read", errno: errno) }
    defer { close(descriptor) }
    var head: [UInt8] = []
    while head.count < 1 << 22,
      let part = try InputFile.nextPart(of: descriptor, name: path)
    {
      head += part
    }
    return head
  }

  /// Writes `text` to `path`: all of it, or nothing when it fails.
  ///
  /// - Throws: ``FileError``.
  static func write(_ text: String, to path: String) throws(FileError) {
    var target = path
    switch kind(of: path) {
    case .directory: throw FileError(path, "is a directory, expected a file")
    case .other: throw FileError(path, "is no regular file")
    case .nothing: break
    case .file:
      // What a link points at is replaced, not the link.
      if let real = realpath(path, nil) {
        target = String(cString: real)
        free(real)
      }
    }
    let draft = "\(target).\(getpid()).part"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(path, "cannot be written", errno: errno) }
    do {
      defer { close(descriptor) }
      try OutputStream(descriptor: descriptor, name: path).write(text)
    } catch {
      unlink(draft)
      throw error
    }
    guard rename(draft, target) == 0 else {
      let code = errno
      unlink(draft)
      throw FileError(path, "cannot be written", errno: code)
    }
  }
}

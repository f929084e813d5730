internal import Glibc

/// The folder of a download that is not finished, which one program at a time writes to.
struct PartialFolder {
  private let path: String
  private let descriptor: Int32

  /// Opens the folder, or makes it.
  ///
  /// - Throws: ``HubError/busy(repository:)``, ``HubError/file(path:reason:)``.
  init(_ path: String, repository: String) throws(HubError) {
    try Self.makeFolder(path + "/files")
    let lock = path + "/lock"
    let descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.failure(lock) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw .busy(repository: repository)
    }
    self.path = path
    self.descriptor = descriptor
  }

  /// Lets other programs in.
  func release() { close(descriptor) }

  /// Puts whole files where they belong, weights last.
  ///
  /// Where there is nothing yet the folder takes its place in one step: at no time is there half a
  /// model.
  ///
  /// - Throws: ``HubError/file(path:reason:)``.
  func place(_ files: [String], in destination: String) throws(HubError) {
    try Self.makeFolder(Self.folder(of: destination))
    if rename(path + "/files", destination) != 0 {
      guard [EEXIST, ENOTEMPTY, ENOTDIR].contains(errno) else { throw Self.failure(destination) }
      let weightsLast =
        files.filter { !HubSelection.isWeights($0) }
        + files.filter { HubSelection.isWeights($0) }
      for file in weightsLast {
        let target = destination + "/" + file
        try Self.makeFolder(Self.folder(of: target))
        guard rename("\(path)/files/\(file)", target) == 0 else { throw Self.failure(target) }
      }
    }
    removeLeftovers()
  }

  /// What is left are parts of other versions, and empty folders.
  private func removeLeftovers() {
    guard let entries = opendir(path) else { return }
    var names: [String] = []
    while let entry = readdir(entries) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".part") || name == "lock" || name.hasPrefix("listing") {
        names.append(name)
      }
    }
    closedir(entries)
    for name in names { unlink(path + "/" + name) }
    rmdir(path + "/files")
    Self.removeIfEmpty(path)
  }

  /// Removes a folder without contents, and the one it lies in if that has none left.
  static func removeIfEmpty(_ path: String) {
    if rmdir(path) == 0 { rmdir(folder(of: path)) }
  }

  /// Removes whole files that nobody wants.
  func discard(_ files: [String]) {
    for file in files { unlink("\(path)/files/\(file)") }
    removeLeftovers()
  }

  /// Gives a part that is whole its name, once the disk has it.
  ///
  /// - Throws: ``HubError/file(path:reason:)``.
  static func finish(_ part: String, as target: String) throws(HubError) {
    try makeFolder(folder(of: target))
    let descriptor = open(part, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(part) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL, rename(part, target) == 0 else {
      throw failure(target)
    }
  }

  /// Creates a file without contents.
  static func createEmpty(_ path: String) throws(HubError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(path) }
    close(descriptor)
  }

  /// Makes a folder, and those it lies in.
  ///
  /// - Throws: ``HubError/file(path:reason:)``.
  static func makeFolder(_ path: String) throws(HubError) {
    var made = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      made += "/" + part
      guard mkdir(made, 0o777) == 0 || errno == EEXIST || errno == EISDIR else {
        throw failure(made)
      }
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  private static func failure(_ path: String) -> HubError {
    .file(path: path, reason: String(cString: strerror(errno)))
  }
}

internal import Glibc

/// A file mapped into memory for reading.
///
/// Its pages are read from disk when they are first touched and shared with every other process
/// that maps the same file, so opening a model of many gigabytes takes no time. A file that
/// another program shortens while it is mapped cannot be read safely; replace weights by writing
/// a new file and renaming it.
package final class MappedFile: Sendable {
  /// The path the file was opened with.
  package let path: String

  /// The contents; valid as long as this object lives.
  package nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

  /// Maps the file at `path`; an empty file gives an empty buffer.
  ///
  /// - Throws: ``WeightsError/missing(path:)``, ``WeightsError/notRegularFile(path:)`` (a
  ///   directory or a device), ``WeightsError/unreadable(path:reason:)``.
  package init(path: String) throws(WeightsError) {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      guard errno != ENOENT else { throw .missing(path: path) }
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegularFile(path: path) }
    let count = Int(status.st_size)
    self.path = path
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard
      let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
      address != MAP_FAILED
    else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    bytes = UnsafeRawBufferPointer(start: address, count: count)
  }

  /// Creates contents that no file has: `byteCount` bytes, 1 or more, which `fill` writes.
  ///
  /// - Parameters:
  ///   - path: The path messages name.
  ///   - byteCount: The number of bytes, zeros at first.
  ///   - fill: Writes them.
  init(path: String, byteCount: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) {
    precondition(byteCount > 0, "\(byteCount) bytes")
    let address = mmap(
      nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address, address != MAP_FAILED else {
      preconditionFailure("no memory for \(byteCount) bytes")
    }
    self.path = path
    fill(UnsafeMutableRawBufferPointer(start: address, count: byteCount))
    bytes = UnsafeRawBufferPointer(start: address, count: byteCount)
  }

  /// Tells the system that the pages inside `range` are not needed for now; they are read from the
  /// file again when they are touched.
  package func releasePages(_ range: Range<Int>) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let first = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    guard first < end, let base = bytes.baseAddress else { return }
    madvise(UnsafeMutableRawPointer(mutating: base + first), end - first, MADV_DONTNEED)
  }

  deinit {
    if let address = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
    }
  }
}

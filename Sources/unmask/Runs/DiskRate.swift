import Glibc

/// How fast a file can be read that is not in memory.
enum DiskRate {
  private static let part = 4 << 20
  private static let parts = 16

  /// Returns the bytes a second that reading the file at `path` gives; `nil` where that cannot be
  /// found out.
  ///
  /// Reads up to 64 MiB in pieces from all over the file, after asking the system to forget them.
  static func measure(_ path: String) -> Double? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_size >= part else { return nil }
    let size = Int(status.st_size)
    let count = min(parts, size / part)
    var bytes = [UInt8](repeating: 0, count: part)
    var read = 0
    let start = ContinuousClock.now
    for index in 0..<count {
      let offset = (size / count * index) & ~4095
      posix_fadvise(descriptor, offset, part, POSIX_FADV_DONTNEED)
      let got = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress, $0.count, offset)
      }
      read += max(0, got)
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return read > 0 && seconds > 0 ? Double(read) / seconds : nil
  }
}

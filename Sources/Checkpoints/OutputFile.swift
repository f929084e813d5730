internal import Glibc

/// A file being written, closed when the value goes away.
package struct OutputFile: ~Copyable {
  private let path: String
  private let descriptor: Int32

  /// Creates the file at `path`, or empties it.
  ///
  /// - Throws: ``WeightsError/unwritable(path:reason:)``.
  package init(path: String) throws(WeightsError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Appends all of `bytes`.
  ///
  /// - Throws: ``WeightsError/unwritable(path:reason:)``.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(WeightsError) {
    var offset = 0
    while offset < bytes.count {
      let part = UnsafeRawBufferPointer(rebasing: bytes[offset...])
      let count = Glibc.write(descriptor, part.baseAddress, part.count)
      guard count >= 0 || errno == EINTR else {
        throw .unwritable(path: path, reason: String(cString: strerror(errno)))
      }
      offset += max(0, count)
    }
  }

  /// Waits until the disk has taken everything; only then is it certain that it was not full.
  ///
  /// - Throws: ``WeightsError/unwritable(path:reason:)``.
  package func synchronize() throws(WeightsError) {
    // Pipes and some devices cannot be synchronised and need not be.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else {
      throw .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
  }
}

extension OutputFile {
  /// Gives the file at `path` another name, replacing what had it.
  ///
  /// - Throws: ``WeightsError/unwritable(path:reason:)``.
  package static func rename(_ path: String, to newPath: String) throws(WeightsError) {
    guard Glibc.rename(path, newPath) == 0 else {
      throw .unwritable(path: newPath, reason: String(cString: strerror(errno)))
    }
  }
}

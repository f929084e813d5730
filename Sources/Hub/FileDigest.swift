internal import Glibc

/// What a hub says the contents of a file are.
package enum FileDigest: Equatable, Hashable, Sendable {
  /// The SHA-256 of a large file, in hexadecimal digits.
  case sha256(String)
  /// The name git gives a small file: the SHA-1 of `blob SIZE\0` and its contents.
  case gitBlob(String)

  /// The digits.
  package var digits: String {
    switch self {
    case .sha256(let digits), .gitBlob(let digits): digits
    }
  }

  /// Whether the file at `path`, of `byteCount` bytes, has these contents.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - byteCount: Its size.
  ///   - isCancelled: Asked from time to time; a file that is not read to the end matches nothing.
  /// - Returns: Whether the contents match.
  /// - Throws: ``HubError/file(path:reason:)`` when it cannot be read.
  package func matches(
    _ path: String, byteCount: Int, isCancelled: () -> Bool = { false }
  ) throws(HubError) -> Bool {
    switch self {
    case .sha256(let digits):
      try Self.digest(SHA256.self, of: path, prefix: "", isCancelled) == digits
    case .gitBlob(let digits):
      try Self.digest(SHA1.self, of: path, prefix: "blob \(byteCount)\0", isCancelled) == digits
    }
  }

  private static func digest<Function: HashFunction>(
    _ function: Function.Type, of path: String, prefix: String, _ isCancelled: () -> Bool
  ) throws(HubError) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .file(path: path, reason: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var hashing = Hashing<Function>()
    Array(prefix.utf8).withUnsafeBytes { hashing.update($0) }
    var part = [UInt8](repeating: 0, count: 1 << 20)
    while !isCancelled() {
      let count = part.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { return hashing.finish() }
      guard count > 0 else {
        if errno == EINTR { continue }
        throw .file(path: path, reason: String(cString: strerror(errno)))
      }
      part.withUnsafeBytes { hashing.update(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
    }
    return nil
  }
}

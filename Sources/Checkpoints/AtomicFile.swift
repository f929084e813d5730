internal import Glibc

/// A file that takes its place in one step: whoever stops in between leaves what was there before.
package struct AtomicFile: Sendable {
  /// Where the file will be.
  package let path: String

  /// Where it is written, in the same directory.
  package let partialPath: String

  /// Prepares to write the file at `path`.
  ///
  /// - Throws: ``WeightsError/unwritable(path:reason:)`` if `path` has no name.
  package init(path: String) throws(WeightsError) {
    guard let name = path.split(separator: "/").last, !path.hasSuffix("/") else {
      throw .unwritable(path: path, reason: "no name of a file")
    }
    self.path = path
    partialPath = path.dropLast(name.count) + ".\(name).partial"
  }

  /// Puts the file, which is complete and on the disk, in its place.
  ///
  /// - Throws: ``WeightsError/unwritable(path:reason:)``.
  package func commit() throws(WeightsError) { try OutputFile.rename(partialPath, to: path) }

  /// Writes `text` to the file at `path`.
  ///
  /// - Throws: ``WeightsError/unwritable(path:reason:)``.
  package static func write(_ text: String, to path: String) throws(WeightsError) {
    let file = try AtomicFile(path: path)
    let output = try OutputFile(path: file.partialPath)
    let bytes = Array(text.utf8)
    try bytes.withUnsafeBufferPointer { bytes throws(WeightsError) in
      try output.write(UnsafeRawBufferPointer(bytes))
    }
    try output.synchronize()
    try file.commit()
  }
}

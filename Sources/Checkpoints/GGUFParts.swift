/// The files of a GGUF split in parts, `NAME-00001-of-00003.gguf`.
package struct GGUFParts {
  /// The paths of all parts, the first of which has the metadata.
  let paths: [String]

  /// Finds the parts that `file` belongs to; `nil` where it stands alone.
  ///
  /// - Throws: ``WeightsError/malformedHeader(path:reason:)`` where its name is not that of a part.
  init?(_ file: MappedFile, _ metadata: GGUFMetadata) throws(WeightsError) {
    guard let count = metadata.integer("split.count"), count > 1 else { return nil }
    let suffix = Self.suffix(metadata.integer("split.no") ?? 0, of: count)
    guard count <= Int(UInt16.max), let suffix, file.path.hasSuffix(suffix) else {
      throw .malformedHeader(
        path: file.path,
        reason: "it is one of \(count) parts, expected a name that ends in "
          + "“\(suffix ?? "-00001-of-00002.gguf")”")
    }
    let stem = file.path.dropLast(suffix.count)
    paths = (0..<count).map { stem + (Self.suffix($0, of: count) ?? "") }
  }

  /// Returns the end of the name of part `index`, counted from 0; `nil` if there is no such part.
  private static func suffix(_ index: Int, of count: Int) -> String? {
    guard (0..<count).contains(index) else { return nil }
    func digits(_ number: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, 5 - text.count)) + text
    }
    return "-\(digits(index + 1))-of-\(digits(count)).gguf"
  }

  /// Returns `name` without the number of the part in it, or `nil` if it has none.
  ///
  /// - Returns: The stem, and the number of the part from 1 on.
  package static func split(_ name: some StringProtocol) -> (stem: String, number: Int)? {
    let bytes = Array(name.utf8)
    // -00001-of-00003.gguf
    guard bytes.count > 20, name.hasSuffix(".gguf") else { return nil }
    let tail = bytes.suffix(20).map { $0 }
    let isDigit = { (byte: UInt8) in (48...57).contains(byte) }
    guard tail[0] == 45, tail[1..<6].allSatisfy(isDigit),
      tail[6..<10].elementsEqual("-of-".utf8), tail[10..<15].allSatisfy(isDigit),
      let number = Int(String(decoding: tail[1..<6], as: UTF8.self))
    else { return nil }
    return (String(decoding: bytes.dropLast(20), as: UTF8.self), number)
  }
}

extension Weights {
  /// Returns the tensors of `file` and of the parts beside it, and the metadata of the first.
  ///
  /// - Throws: ``WeightsError``.
  static func tensors(
    of file: MappedFile, _ contents: WeightsFormatRegistry.Contents
  ) throws(WeightsError) -> WeightsFormatRegistry.Contents {
    guard let metadata = contents.metadata, let parts = try GGUFParts(file, metadata) else {
      return contents
    }
    var whole = WeightsFormatRegistry.Contents(tensors: [], metadata: nil)
    for path in parts.paths {
      let part: MappedFile
      do throws(WeightsError) {
        part = try MappedFile(path: path)
      } catch {
        guard case .missing = error else { throw error }
        throw .missingPart(path: file.path, part: path, count: parts.paths.count)
      }
      let contents = try WeightsFormatRegistry.contents(of: part)
      whole.tensors += contents.tensors
      whole.metadata = whole.metadata ?? contents.metadata
    }
    return whole
  }
}

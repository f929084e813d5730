internal import JSON
internal import Kernels

/// The GGUF format of llama.cpp, versions 2 and 3: metadata, a table of tensors, then the data.
///
/// Files may hold what nobody asks for, so only what concerns the places of tensors is refused: a
/// tensor of unknown type is an error when it is used.
///
/// - SeeAlso: github.com/ggml-org/ggml, “docs/gguf.md”.
package struct GGUF: WeightsFormat {
  package static let name = "GGUF"
  package static let fileExtension = "gguf"

  private static let magic = Array("GGUF".utf8)
  private static let greatestRank = 4

  package let tensors: [StoredTensor]
  package let metadata: GGUFMetadata?

  /// Whether the file begins as one of this format, or claims to be one by its name and is not
  /// safetensors.
  package static func recognises(_ file: MappedFile) -> Bool {
    if file.bytes.starts(with: magic) { return true }
    let isTable = file.bytes.count > 8 && file.bytes[8] == UInt8(ascii: "{")
    return !isTable && file.path.hasSuffix(".\(fileExtension)")
  }

  package init(_ file: MappedFile) throws(WeightsError) {
    var cursor = GGUFCursor(file)
    try Self.checkVersion(at: &cursor)
    let tensorCount = try cursor.number(UInt64.self, in: "the number of tensors")
    let entryCount = try cursor.number(UInt64.self, in: "the number of entries of metadata")
    let metadata = try GGUFMetadata(entryCount, at: &cursor)
    guard tensorCount <= UInt64(cursor.remaining / 24) else {
      throw .malformedHeader(
        path: file.path,
        reason: "\(tensorCount) tensors cannot fit into the \(cursor.remaining) bytes there are")
    }
    var entries: [Entry] = []
    for index in 0..<Int(tensorCount) { entries.append(try Entry(index, at: &cursor)) }
    let dataStart = try Self.dataStart(after: cursor, alignment: Self.alignment(metadata))
    tensors = try Self.tensors(entries, in: file, dataStart: dataStart)
    self.metadata = metadata
  }

  private static func checkVersion(at cursor: inout GGUFCursor) throws(WeightsError) {
    let file = cursor.file
    let found = try cursor.take(4, in: "the first four bytes")
    guard file.bytes[found].elementsEqual(magic) else {
      let text = String(
        decoding: UnsafeRawBufferPointer(rebasing: file.bytes[found]), as: UTF8.self)
      throw .malformedHeader(
        path: file.path, reason: "it begins with “\(text.shortened)”, expected “GGUF”")
    }
    let version = try cursor.number(UInt32.self, in: "the version")
    guard version != 2, version != 3 else { return }
    let isSwapped = version.byteSwapped == 2 || version.byteSwapped == 3
    throw .malformedHeader(
      path: file.path,
      reason: isSwapped
        ? "its numbers are big-endian, expected little-endian ones"
        : "version \(version) of GGUF, expected 2 or 3")
  }

  /// What the data, and each tensor in it, begins at a multiple of.
  private static func alignment(_ metadata: GGUFMetadata) throws(WeightsError) -> Int {
    guard let value = metadata["general.alignment"] else { return 32 }
    guard case .integer(let alignment) = value, alignment > 0, alignment <= 1 << 20,
      alignment & (alignment - 1) == 0
    else {
      throw .malformedHeader(
        path: metadata.path,
        reason: "'general.alignment' is \(value.summary), expected a power of two up to \(1 << 20)")
    }
    return alignment
  }

  private static func dataStart(
    after cursor: GGUFCursor, alignment: Int
  ) throws(WeightsError) -> Int {
    let start = (cursor.offset + alignment - 1) / alignment * alignment
    // A file without tensors may end where its table does.
    return min(start, cursor.file.bytes.count)
  }

  /// Places the tensors, sorted by offset.
  private static func tensors(
    _ entries: [Entry], in file: MappedFile, dataStart: Int
  ) throws(WeightsError) -> [StoredTensor] {
    var tensors: [StoredTensor] = []
    var names: Set<String> = []
    for entry in entries {
      guard names.insert(entry.name).inserted else {
        throw .malformedHeader(
          path: file.path, reason: "tensor '\(entry.name.shortenedForMessages)' is there twice")
      }
      tensors.append(try entry.tensor(in: file, dataStart: dataStart))
    }
    tensors.sort {
      ($0.byteRange.lowerBound, $0.byteRange.upperBound, $0.name)
        < ($1.byteRange.lowerBound, $1.byteRange.upperBound, $1.name)
    }
    for (first, second) in zip(tensors, tensors.dropFirst())
    where first.byteRange.upperBound > second.byteRange.lowerBound {
      throw .overlap(
        path: file.path, first: first.name.shortenedForMessages,
        second: second.name.shortenedForMessages)
    }
    return tensors
  }

  /// A line of the table of tensors.
  private struct Entry {
    let name: String
    let shape: Shape
    let type: UInt32
    let offset: UInt64

    init(_ index: Int, at cursor: inout GGUFCursor) throws(WeightsError) {
      name = try cursor.text(in: "the name of tensor \(index)")
      let part = "tensor '\(name.shortenedForMessages)'"
      let rank = try cursor.number(UInt32.self, in: part)
      guard rank <= greatestRank else {
        throw .malformedEntry(
          path: cursor.file.path, tensor: name.shortenedForMessages,
          reason: "it has \(rank) dimensions, expected at most \(greatestRank)")
      }
      var dimensions: [Int] = []
      for _ in 0..<rank {
        let size = try cursor.number(UInt64.self, in: part)
        guard let size = Int(exactly: size) else {
          throw .malformedEntry(
            path: cursor.file.path, tensor: name.shortenedForMessages,
            reason: "a dimension of \(size) is more than can be counted")
        }
        dimensions.append(size)
      }
      // The file lists the innermost dimension first.
      shape = Shape(dimensions.reversed())
      type = try cursor.number(UInt32.self, in: part)
      offset = try cursor.number(UInt64.self, in: part)
    }

    func tensor(
      in file: MappedFile, dataStart: Int
    ) throws(WeightsError) -> StoredTensor {
      let name = name, available = file.bytes.count - dataStart
      guard let type = GGMLType(type) else {
        // It matters only if the tensor is used.
        let start = min(Int(clamping: offset), available) + dataStart
        return stored(name, .uint8, nil, unknown: "kind \(type)", file, start..<start)
      }
      let count = try byteCount(type, file)
      guard let start = Int(exactly: offset), start <= available, count <= available - start else {
        throw .dataCutOff(
          path: file.path, tensor: name.shortenedForMessages, found: available,
          expected: Int(clamping: offset.addingReportingOverflow(UInt64(count)).partialValue))
      }
      let range = dataStart + start..<dataStart + start + count
      switch type.element {
      case .plain(let plain): return stored(name, plain, nil, unknown: nil, file, range)
      case .blocks(let format): return stored(name, .uint8, format, unknown: nil, file, range)
      case .foreign: return stored(name, .uint8, nil, unknown: type.name, file, range)
      }
    }

    private func stored(
      _ name: String, _ type: ElementType, _ format: Kernels.Format?, unknown: String?,
      _ file: MappedFile, _ range: Range<Int>
    ) -> StoredTensor {
      StoredTensor(
        name: name, type: type, shape: shape, blockFormat: format, unknownTypeName: unknown,
        file: file, byteRange: range)
    }

    /// The bytes of all rows, each made of whole blocks.
    private func byteCount(_ type: GGMLType, _ file: MappedFile) throws(WeightsError) -> Int {
      func malformed(_ reason: String) -> WeightsError {
        .malformedEntry(path: file.path, tensor: name.shortenedForMessages, reason: reason)
      }
      guard (shape.dimensions.last ?? 1) % type.blockElements == 0 else {
        throw malformed(
          "rows of \(shape.dimensions.last ?? 1) elements are not made of \(type.name) blocks of "
            + "\(type.blockElements)")
      }
      guard let count = shape.elementCount,
        case (let bytes, false) = (count / type.blockElements).multipliedReportingOverflow(
          by: type.blockBytes)
      else { throw malformed("it has more elements than can be counted, \(shape)") }
      return bytes
    }
  }
}

extension GGUFMetadata.Value {
  /// A few words that say what this is, for messages.
  package var summary: String {
    switch self {
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .truth(let truth): "\(truth)"
    case .text(let text): "“\(text.shortened)”"
    case .list(let list): "a list of \(list.count)"
    }
  }
}

extension String {
  /// The name without control characters, cut off where it is long.
  var shortenedForMessages: String {
    // Names of real tensors and keys are never so long.
    unicodeScalars.count > 96 || unicodeScalars.contains { $0.value < 32 || $0.value == 127 }
      ? shortened : self
  }
}

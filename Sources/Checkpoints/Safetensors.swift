internal import JSON

/// The safetensors format: a JSON table of names, types, shapes and offsets, then the data.
///
/// Every rule of the format that protects a reader is enforced: the data is covered exactly once,
/// without overlaps, holes or a rest, and each tensor has the bytes its shape and type ask for.
///
/// - SeeAlso: github.com/huggingface/safetensors, “Format”.
package struct Safetensors: WeightsFormat {
  package static let name = "safetensors"
  package static let fileExtension = "safetensors"

  /// The format's own bound on the size of the table, in bytes.
  private static let headerLimit: UInt64 = 100_000_000

  package let tensors: [StoredTensor]

  /// Whether the byte after the length is the table's opening brace.
  ///
  /// Files too short to tell, and those that claim to be safetensors by name, are recognised too,
  /// so that their error says what is wrong with them.
  package static func recognises(_ file: MappedFile) -> Bool {
    if file.bytes.count > 8, file.bytes[8] == UInt8(ascii: "{") { return true }
    return file.path.hasSuffix(".\(fileExtension)")
  }

  package init(_ file: MappedFile) throws(WeightsError) {
    let dataStart = try Self.dataStart(of: file)
    let table = try Self.table(of: file, endingAt: dataStart)
    let metadata = table.first { $0.key == "__metadata__" }?.value
    var blocks = try BlockFormats(metadata: metadata, path: file.path)
    var tensors: [StoredTensor] = []
    tensors.reserveCapacity(table.count)
    for member in table where member.key != "__metadata__" {
      let tensor = try Self.tensor(member.key, member.value, file: file, dataStart: dataStart)
      tensors.append(try blocks.read(tensor))
    }
    try blocks.checkAllRead()
    tensors.sort {
      ($0.byteRange.lowerBound, $0.byteRange.upperBound, $0.name)
        < ($1.byteRange.lowerBound, $1.byteRange.upperBound, $1.name)
    }
    try Self.checkCoverage(tensors, file: file, dataStart: dataStart)
    self.tensors = tensors
  }

  /// The texts kept beside the tensors of a file, as `SafetensorsWriter` writes them.
  ///
  /// - Throws: ``WeightsError``.
  package static func metadata(of file: MappedFile) throws(WeightsError) -> [String: String] {
    let table = try table(of: file, endingAt: dataStart(of: file))
    let entry = table.last { $0.key == "__metadata__" }
    guard case .object(let members)? = entry?.value else { return [:] }
    var texts: [String: String] = [:]
    for member in members {
      if case .string(let text) = member.value { texts[member.key] = text }
    }
    return texts
  }

  /// Reads the length in front of the table and returns where the table ends.
  private static func dataStart(of file: MappedFile) throws(WeightsError) -> Int {
    let available = file.bytes.count
    guard available >= 8 else {
      throw .headerCutOff(path: file.path, headerByteCount: 8, fileByteCount: available)
    }
    let length = UInt64(littleEndian: file.bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(available - 8) else {
      throw .headerCutOff(path: file.path, headerByteCount: length, fileByteCount: available)
    }
    guard length <= headerLimit else {
      throw .malformedHeader(
        path: file.path, reason: "\(length) bytes, more than the \(headerLimit) allowed")
    }
    return 8 + Int(length)
  }

  private static func table(
    of file: MappedFile, endingAt dataStart: Int
  ) throws(WeightsError) -> [JSONValue.Member] {
    let header = UnsafeRawBufferPointer(rebasing: file.bytes[8..<dataStart])
    guard header.first == UInt8(ascii: "{") else {
      throw .malformedHeader(path: file.path, reason: "it does not begin with '{'")
    }
    do throws(JSONProblem) {
      return try JSONValue.uniqueMemberList(of: header)
    } catch {
      throw .malformedHeader(path: file.path, reason: error.description)
    }
  }

  private static func tensor(
    _ name: String, _ entry: JSONValue, file: MappedFile, dataStart: Int
  ) throws(WeightsError) -> StoredTensor {
    func malformed(_ reason: String) -> WeightsError {
      .malformedEntry(path: file.path, tensor: name, reason: reason)
    }
    guard let typeName = entry["dtype"]?.text else { throw malformed("no 'dtype'") }
    let type = ElementType(rawValue: typeName)
    guard let dimensions = naturals(entry["shape"]) else {
      throw malformed("'shape' is not a list of natural numbers")
    }
    guard let offsets = naturals(entry["data_offsets"]), offsets.count == 2,
      offsets[0] <= offsets[1]
    else { throw malformed("'data_offsets' are not a beginning and an end") }
    let available = file.bytes.count - dataStart
    guard offsets[1] <= available else {
      throw .dataCutOff(path: file.path, tensor: name, found: available, expected: offsets[1])
    }
    let shape = Shape(dimensions)
    let byteRange = dataStart + offsets[0]..<dataStart + offsets[1]
    guard let type else {
      // Later versions of the format have more types. It matters only if the tensor is used.
      var tensor = StoredTensor(
        name: name, type: .uint8, shape: shape, file: file, byteRange: byteRange)
      tensor.unknownTypeName = typeName
      return tensor
    }
    let expected = shape.elementCount.flatMap { count -> Int? in
      let (bytes, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
      return overflow ? nil : bytes
    }
    guard offsets[1] - offsets[0] == expected else {
      throw .byteCountMismatch(
        path: file.path, tensor: name, shape: shape, type: type, found: offsets[1] - offsets[0],
        expected: expected)
    }
    return StoredTensor(name: name, type: type, shape: shape, file: file, byteRange: byteRange)
  }

  private static func naturals(_ value: JSONValue?) -> [Int]? {
    guard let elements = value?.elements else { return nil }
    let numbers = elements.compactMap { element -> Int? in
      if case .integer(let number) = element, number >= 0 { number } else { nil }
    }
    return numbers.count == elements.count ? numbers : nil
  }

  /// Checks that the tensors, sorted by offset, follow each other without gap to the file's end.
  private static func checkCoverage(
    _ tensors: [StoredTensor], file: MappedFile, dataStart: Int
  ) throws(WeightsError) {
    var end = dataStart
    var previous = ""
    for tensor in tensors {
      guard tensor.byteRange.lowerBound >= end else {
        throw .overlap(path: file.path, first: previous, second: tensor.name)
      }
      guard tensor.byteRange.lowerBound == end else {
        throw .unclaimedBytes(
          path: file.path, range: end - dataStart..<tensor.byteRange.lowerBound - dataStart)
      }
      end = tensor.byteRange.upperBound
      previous = tensor.name
    }
    guard end == file.bytes.count else {
      throw .unclaimedBytes(
        path: file.path, range: end - dataStart..<file.bytes.count - dataStart)
    }
  }
}

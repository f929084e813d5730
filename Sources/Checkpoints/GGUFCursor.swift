/// A place in a GGUF file, and the steps from there on; each is checked against the file's end.
struct GGUFCursor {
  /// The file.
  let file: MappedFile

  /// How many bytes lie before the place.
  private(set) var offset: Int

  /// The bytes from the place to the end of the file.
  var remaining: Int { file.bytes.count - offset }

  /// Reads a little-endian number of `part`, as messages call what it belongs to.
  mutating func number<Number: FixedWidthInteger>(
    _ type: Number.Type = Number.self, in part: @autoclosure () -> String
  ) throws(WeightsError) -> Number {
    let range = try take(UInt64(MemoryLayout<Number>.size), in: part())
    return Number(
      littleEndian: file.bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: Number.self))
  }

  /// Reads a text: its length, then its bytes.
  ///
  /// What is not UTF-8 becomes U+FFFD.
  mutating func text(in part: @autoclosure () -> String) throws(WeightsError) -> String {
    let range = try textRange(in: part())
    return String(decoding: UnsafeRawBufferPointer(rebasing: file.bytes[range]), as: UTF8.self)
  }

  /// Passes over a text and returns where its bytes are.
  mutating func textRange(
    in part: @autoclosure () -> String
  ) throws(WeightsError) -> Range<Int> {
    let length = try number(UInt64.self, in: part())
    return try take(length, in: part())
  }

  /// Passes over `count` bytes and returns where they are.
  mutating func take(
    _ count: UInt64, in part: @autoclosure () -> String
  ) throws(WeightsError) -> Range<Int> {
    guard count <= UInt64(remaining) else {
      throw .partCutOff(path: file.path, part: part(), expected: count, found: remaining)
    }
    let start = offset
    offset += Int(count)
    return start..<offset
  }

  /// Begins at `offset`, which lies inside the file or at its end.
  init(_ file: MappedFile, at offset: Int = 0) {
    self.file = file
    self.offset = offset
  }
}

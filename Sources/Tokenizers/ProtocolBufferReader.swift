/// A reader of protocol buffers: numbered fields, one after the other.
struct ProtocolBufferReader {
  /// What a field holds.
  enum Value {
    case integer(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(ArraySlice<UInt8>)
  }

  private let bytes: ArraySlice<UInt8>
  private var position: Int

  /// Reads `bytes`.
  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// Reads the next field; `nil` at the end.
  mutating func next() throws(ProtocolBufferError) -> (number: UInt64, value: Value)? {
    guard position < bytes.endIndex else { return nil }
    let tag = try integer()
    switch tag & 7 {
    case 0: return (tag >> 3, .integer(try integer()))
    case 1: return (tag >> 3, .fixed64(try fixed(8)))
    case 2:
      let count = try integer()
      guard count <= UInt64(bytes.endIndex - position) else {
        throw error("a field of \(count) bytes that goes beyond the end")
      }
      let start = position
      position += Int(count)
      return (tag >> 3, .bytes(bytes[start..<position]))
    case 5: return (tag >> 3, .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
    default: throw error("an unknown kind of field")
    }
  }

  private mutating func integer() throws(ProtocolBufferError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard position < bytes.endIndex else { throw error("the end inside a number") }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    throw error("a number of more than 64 bits")
  }

  private mutating func fixed(_ count: Int) throws(ProtocolBufferError) -> UInt64 {
    guard count <= bytes.endIndex - position else { throw error("the end inside a number") }
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
    position += count
    return value
  }

  private func error(_ problem: String) -> ProtocolBufferError {
    ProtocolBufferError(offset: position, problem: problem)
  }
}

/// Why bytes are no protocol buffer.
struct ProtocolBufferError: Error {
  let offset: Int
  let problem: String
}

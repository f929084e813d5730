/// What a GGUF file says besides its tensors: keys such as `llama.block_count`, and their values.
///
/// Lists, which may hold a whole vocabulary, stay in the file until they are asked for.
package struct GGUFMetadata: Sendable {
  /// A value.
  package enum Value: Sendable {
    /// A whole number that fits; larger ones are numbers.
    case integer(Int)
    /// A number.
    case number(Double)
    /// A truth value.
    case truth(Bool)
    /// A text.
    case text(String)
    /// A list of values of one type.
    case list(GGUFList)
  }

  /// The file.
  package let file: MappedFile

  /// The keys, in the order of the file.
  package private(set) var keys: [String] = []

  /// The path of the file.
  package var path: String { file.path }

  private var values: [String: Value] = [:]
  private var ranges: [String: Range<Int>] = [:]

  /// Reads `count` keys and values at `cursor`.
  ///
  /// - Throws: ``WeightsError/malformedHeader(path:reason:)`` and
  ///   ``WeightsError/partCutOff(path:part:expected:found:)``.
  init(_ count: UInt64, at cursor: inout GGUFCursor) throws(WeightsError) {
    file = cursor.file
    // The shortest entry is an empty key, a type and a byte: what cannot fit is refused at once.
    guard count <= UInt64(cursor.remaining / 13) else {
      throw .malformedHeader(
        path: file.path,
        reason:
          "\(count) entries of metadata cannot fit into the \(cursor.remaining) bytes there are")
    }
    for index in 0..<Int(count) {
      let start = cursor.offset
      let key = try cursor.text(in: "the key of entry \(index)")
      let type = try Self.type(at: &cursor, of: key)
      let value = try Self.value(type, at: &cursor, of: key)
      guard values.updateValue(value, forKey: key) == nil else {
        throw .malformedHeader(
          path: file.path, reason: "'\(key.shortenedForMessages)' is given twice")
      }
      keys.append(key)
      ranges[key] = start..<cursor.offset
    }
  }

  /// The value of `key`, `nil` where there is none.
  package subscript(key: String) -> Value? { values[key] }

  /// The text called `key`; `nil` where there is none, or it is something else.
  package func text(_ key: String) -> String? {
    if case .text(let text)? = values[key] { text } else { nil }
  }

  /// The whole number called `key`; `nil` where there is none, or it is something else.
  package func integer(_ key: String) -> Int? {
    if case .integer(let number)? = values[key] { number } else { nil }
  }

  /// The truth value called `key`; `nil` where there is none, or it is something else.
  package func truth(_ key: String) -> Bool? {
    if case .truth(let truth)? = values[key] { truth } else { nil }
  }

  /// The list called `key`; `nil` where there is none, or it is something else.
  package func list(_ key: String) -> GGUFList? {
    if case .list(let list)? = values[key] { list } else { nil }
  }

  /// The bytes of an entry: key, type and value.
  func entry(_ key: String) -> UnsafeRawBufferPointer? {
    ranges[key].map { UnsafeRawBufferPointer(rebasing: file.bytes[$0]) }
  }

  private static func type(
    at cursor: inout GGUFCursor, of key: String
  ) throws(WeightsError) -> GGUFValueType {
    let name = key.shortenedForMessages
    let number = try cursor.number(UInt32.self, in: "the type of '\(name)'")
    guard let type = GGUFValueType(rawValue: number) else {
      throw .malformedHeader(
        path: cursor.file.path, reason: "'\(name)' has the unknown type \(number), expected 0 to 12"
      )
    }
    return type
  }

  private static func value(
    _ type: GGUFValueType, at cursor: inout GGUFCursor, of key: String
  ) throws(WeightsError) -> Value {
    let part = "'\(key.shortenedForMessages)'"
    switch type {
    case .text: return .text(try cursor.text(in: part))
    case .list: return .list(try GGUFList(at: &cursor, key: key))
    default:
      let range = try cursor.take(UInt64(type.byteCount), in: part)
      return type.scalar(in: cursor.file, at: range.lowerBound)
    }
  }
}

/// The types of values in GGUF metadata; the numbers are those of the file.
package enum GGUFValueType: UInt32, Sendable {
  case uint8 = 0
  case int8, uint16, int16, uint32, int32, float32, bool, text, list, uint64, int64, float64

  /// The bytes of a value; 0 where they differ.
  var byteCount: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    case .text, .list: 0
    }
  }

  /// The number or truth value at `offset`, which has been checked.
  func scalar(in file: MappedFile, at offset: Int) -> GGUFMetadata.Value {
    func load<Number: FixedWidthInteger>(_ type: Number.Type) -> Number {
      Number(littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset, as: type))
    }
    func whole(_ number: some FixedWidthInteger) -> GGUFMetadata.Value {
      Int(exactly: number).map { .integer($0) } ?? .number(Double(number))
    }
    switch self {
    case .uint8: return whole(load(UInt8.self))
    case .int8: return whole(load(Int8.self))
    case .uint16: return whole(load(UInt16.self))
    case .int16: return whole(load(Int16.self))
    case .uint32: return whole(load(UInt32.self))
    case .int32: return whole(load(Int32.self))
    case .uint64: return whole(load(UInt64.self))
    case .int64: return whole(load(Int64.self))
    case .float32: return .number(Double(Float(bitPattern: load(UInt32.self))))
    case .float64: return .number(Double(bitPattern: load(UInt64.self)))
    case .bool: return .truth(load(UInt8.self) != 0)
    case .text, .list: preconditionFailure("\(self) has no fixed size")
    }
  }
}

/// A list in GGUF metadata, which stays in the file.
package struct GGUFList: Sendable {
  /// The type of its elements.
  package let type: GGUFValueType

  /// The number of its elements.
  package let count: Int

  private let file: MappedFile
  private let start: Int

  /// Lists of lists of lists are in no file; deeper ones are refused.
  private static let greatestDepth = 4

  /// Reads type and count, and passes over the elements, which are checked to be there.
  init(
    at cursor: inout GGUFCursor, key: String, depth: Int = 1
  ) throws(WeightsError) {
    let name = key.shortenedForMessages
    let number = try cursor.number(UInt32.self, in: "the list '\(name)'")
    guard let type = GGUFValueType(rawValue: number), depth < Self.greatestDepth else {
      throw .malformedHeader(
        path: cursor.file.path, reason: "the list '\(name)' has elements of unknown type \(number)")
    }
    let count = try cursor.number(UInt64.self, in: "the list '\(name)'")
    let least = UInt64(max(type.byteCount, type == .text ? 8 : type == .list ? 12 : 1))
    guard count <= UInt64(cursor.remaining) / least else {
      throw .partCutOff(
        path: cursor.file.path, part: "the list '\(name)' of \(count) elements",
        expected: count.multipliedReportingOverflow(by: least).overflow ? .max : count * least,
        found: cursor.remaining)
    }
    self.type = type
    self.count = Int(count)
    file = cursor.file
    start = cursor.offset
    switch type {
    case .text:
      for index in 0..<self.count { _ = try cursor.textRange(in: "'\(name)[\(index)]'") }
    case .list:
      for _ in 0..<self.count { _ = try GGUFList(at: &cursor, key: key, depth: depth + 1) }
    default: _ = try cursor.take(count * least, in: "the list '\(name)'")
    }
  }

  /// The texts; `nil` where the elements are something else.
  ///
  /// What is not UTF-8 becomes U+FFFD.
  package var texts: [String]? {
    guard type == .text else { return nil }
    var cursor = GGUFCursor(file, at: start)
    var texts: [String] = []
    texts.reserveCapacity(count)
    for _ in 0..<count {
      guard let text = try? cursor.text(in: "a list") else { return nil }
      texts.append(text)
    }
    return texts
  }

  /// The whole numbers; `nil` where an element is something else.
  package var integers: [Int]? {
    scalars { if case .integer(let number) = $0 { number } else { nil } }
  }

  /// The numbers, whole ones too; `nil` where an element is something else.
  package var numbers: [Double]? {
    scalars {
      switch $0 {
      case .integer(let number): Double(number)
      case .number(let number): number
      case .truth, .text, .list: nil
      }
    }
  }

  private func scalars<Element>(
    _ convert: (GGUFMetadata.Value) -> Element?
  ) -> [Element]? {
    guard type.byteCount > 0 else { return nil }
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for index in 0..<count {
      guard let element = convert(type.scalar(in: file, at: start + index * type.byteCount)) else {
        return nil
      }
      elements.append(element)
    }
    return elements
  }
}

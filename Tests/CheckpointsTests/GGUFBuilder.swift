/// Bytes of a GGUF file, put together by hand so that they can be wrong.
struct GGUFBuilder {
  /// The first four bytes.
  var magic = Array("GGUF".utf8)
  /// The version.
  var version: UInt32 = 3
  /// What the file says it has, where that is not what it has.
  var tensorCount: UInt64?
  /// What the file says it has, where that is not what it has.
  var entryCount: UInt64?
  /// What tensors are placed at multiples of.
  var alignment = 32

  private var entries: [[UInt8]] = []
  private var tensors: [(header: [UInt8], data: [UInt8])] = []

  /// Adds an entry from its key, the number of its type and its bytes.
  mutating func add(_ key: String, type: UInt32, _ value: [UInt8]) {
    entries.append(Self.text(key) + Self.bytes(type) + value)
  }

  /// Adds a whole number.
  mutating func add(_ key: String, _ number: UInt32) { add(key, type: 4, Self.bytes(number)) }

  /// Adds a text.
  mutating func add(_ key: String, _ text: String) { add(key, type: 8, Self.text(text)) }

  /// Adds a list of texts.
  mutating func add(_ key: String, _ texts: [String]) {
    add(
      key, type: 9,
      Self.bytes(UInt32(8)) + Self.bytes(UInt64(texts.count)) + texts.flatMap(Self.text))
  }

  /// Adds a tensor.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - dimensions: Its dimensions, innermost first as in the file.
  ///   - type: The number of its type; 0 is F32.
  ///   - offset: Where the table says it is; by default behind the one before.
  ///   - data: Its bytes.
  mutating func add(
    tensor name: String, _ dimensions: [UInt64], type: UInt32 = 0, offset: UInt64? = nil,
    _ data: [UInt8]
  ) {
    let place = tensors.reduce(0) { Self.aligned($0, alignment) + $1.data.count }
    let header =
      Self.text(name) + Self.bytes(UInt32(dimensions.count)) + dimensions.flatMap(Self.bytes)
      + Self.bytes(type) + Self.bytes(offset ?? UInt64(Self.aligned(place, alignment)))
    tensors.append((header, data))
  }

  /// The file.
  var bytes: [UInt8] {
    var result = magic + Self.bytes(version)
    result += Self.bytes(tensorCount ?? UInt64(tensors.count))
    result += Self.bytes(entryCount ?? UInt64(entries.count))
    result += entries.flatMap { $0 } + tensors.flatMap(\.header)
    for tensor in tensors {
      result += [UInt8](repeating: 0, count: Self.aligned(result.count, alignment) - result.count)
      result += tensor.data
    }
    return result
  }

  /// A number as the file holds it.
  static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian, Array.init)
  }

  /// A text as the file holds it.
  static func text(_ text: String) -> [UInt8] { bytes(UInt64(text.utf8.count)) + Array(text.utf8) }

  private static func aligned(_ offset: Int, _ alignment: Int) -> Int {
    (offset + alignment - 1) / alignment * alignment
  }
}

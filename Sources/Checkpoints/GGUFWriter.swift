package import Kernels

/// Metadata of a GGUF file to be written: entries in the order in which they were added.
package struct GGUFEntries: Sendable {
  /// The number of entries.
  package private(set) var count = 0
  private(set) var bytes: [UInt8] = []

  /// Creates metadata without entries.
  package init() {}

  /// Adds the entry that `metadata` has for `key`, as it is; none where there is none.
  package mutating func add(_ key: String, from metadata: GGUFMetadata) {
    guard let entry = metadata.entry(key) else { return }
    bytes += entry
    count += 1
  }

  /// Adds a text.
  package mutating func add(_ key: String, _ text: String) {
    begin(key, .text)
    append(text)
  }

  /// Adds a number of 32 bits without a sign, as sizes and tokens are; larger ones are cut off.
  package mutating func add(_ key: String, _ number: Int) {
    begin(key, .uint32)
    append(UInt32(clamping: number))
  }

  /// Adds a number of single precision.
  package mutating func add(_ key: String, _ number: Float) {
    begin(key, .float32)
    append(number.bitPattern)
  }

  /// Adds a truth value.
  package mutating func add(_ key: String, _ truth: Bool) {
    begin(key, .bool)
    append(UInt8(truth ? 1 : 0))
  }

  /// Adds a list of texts.
  package mutating func add(_ key: String, _ texts: [String]) {
    begin(key, .list)
    append(GGUFValueType.text.rawValue)
    append(UInt64(texts.count))
    for text in texts { append(text) }
  }

  /// Adds a list of whole numbers of 32 bits.
  package mutating func add(_ key: String, _ numbers: [Int32]) {
    begin(key, .list)
    append(GGUFValueType.int32.rawValue)
    append(UInt64(numbers.count))
    for number in numbers { append(number) }
  }

  /// Adds a list of numbers of single precision.
  package mutating func add(_ key: String, _ numbers: [Float]) {
    begin(key, .list)
    append(GGUFValueType.float32.rawValue)
    append(UInt64(numbers.count))
    for number in numbers { append(number.bitPattern) }
  }

  private mutating func begin(_ key: String, _ type: GGUFValueType) {
    append(key)
    append(type.rawValue)
    count += 1
  }

  private mutating func append(_ text: String) {
    append(UInt64(text.utf8.count))
    bytes += text.utf8
  }

  private mutating func append(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }
}

/// Writes a GGUF file, version 3: metadata, the table, then the data of one tensor after the other.
///
/// Nothing but metadata and table is held in memory, so files larger than the memory can be written.
package struct GGUFWriter: ~Copyable {
  /// What the table says about a tensor.
  package struct Entry: Sendable {
    /// The name of the tensor.
    package var name: String
    /// How its elements are stored.
    package var format: Kernels.Format
    /// Its dimensions, outermost first.
    package var shape: Shape

    /// Creates the entry of tensor `name`.
    package init(name: String, format: Kernels.Format, shape: Shape) {
      self.name = name
      self.format = format
      self.shape = shape
    }

    /// The number of the format in files, and the bytes of the data; `nil` where rows are not made of
    /// whole blocks or there are too many.
    fileprivate var layout: (type: UInt32, byteCount: Int)? {
      let type: ElementType =
        switch format {
        case .f32: .float32
        case .f16: .float16
        case .bf16: .bfloat16
        default: .uint8
        }
      let blocks = format.blockElements > 1 ? format : nil
      guard let number = GGMLType.number(of: type, blocks), let count = shape.elementCount,
        let columns = shape.dimensions.last, columns % format.blockElements == 0,
        case (let bytes, false) = (count / format.blockElements).multipliedReportingOverflow(
          by: format.blockBytes)
      else { return nil }
      return (number, bytes)
    }
  }

  /// What tensors are placed at multiples of, as readers expect where nothing else is said.
  private static let alignment = 32

  private let file: OutputFile
  private var sizes: [Int]
  /// The bytes that the present tensor lacks.
  private var missing: Int

  /// Creates the file at `path`, or empties it, and writes all but the data.
  ///
  /// - Parameters:
  ///   - path: The file to write.
  ///   - metadata: What it says about the model.
  ///   - entries: The tensors, in the order in which their data will follow; each name once.
  /// - Throws: ``WeightsError/unwritable(path:reason:)``.
  package init(
    path: String, metadata: GGUFEntries, entries: [Entry]
  ) throws(WeightsError) {
    var table = Array("GGUF".utf8)
    func append(_ number: some FixedWidthInteger) {
      withUnsafeBytes(of: number.littleEndian) { table += $0 }
    }
    append(UInt32(3))
    append(UInt64(entries.count))
    append(UInt64(metadata.count))
    table += metadata.bytes
    var (offset, sizes) = (0, [Int]())
    for entry in entries {
      guard let layout = entry.layout else {
        throw .unwritable(
          path: path, reason: "tensor '\(entry.name)' of \(entry.shape) cannot be \(entry.format)")
      }
      append(UInt64(entry.name.utf8.count))
      table += entry.name.utf8
      append(UInt32(entry.shape.dimensions.count))
      for size in entry.shape.dimensions.reversed() { append(UInt64(size)) }
      append(layout.type)
      append(UInt64(offset))
      sizes.append(layout.byteCount)
      let (end, overflow) = offset.addingReportingOverflow(layout.byteCount + Self.alignment)
      guard !overflow else {
        throw .unwritable(path: path, reason: "the tensors have more bytes than can be counted")
      }
      offset = end - Self.alignment + Self.padding(after: layout.byteCount)
    }
    table += [UInt8](repeating: 0, count: Self.padding(after: table.count))
    let file = try OutputFile(path: path)
    try table.withUnsafeBufferPointer { table throws(WeightsError) in
      try file.write(UnsafeRawBufferPointer(table))
    }
    self.file = file
    self.sizes = sizes.reversed()
    missing = self.sizes.last ?? 0
  }

  private static func padding(after count: Int) -> Int {
    (alignment - count % alignment) % alignment
  }

  /// Appends data of the present tensor, as many bytes as one likes at a time.
  ///
  /// - Throws: ``WeightsError/unwritable(path:reason:)``.
  package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(WeightsError) {
    precondition(bytes.count <= missing, "\(bytes.count) bytes, the tensor lacks \(missing)")
    try file.write(bytes)
    missing -= bytes.count
    guard missing == 0, let size = sizes.popLast() else { return }
    let zeros = [UInt8](repeating: 0, count: Self.padding(after: size))
    try zeros.withUnsafeBufferPointer { zeros throws(WeightsError) in
      try file.write(UnsafeRawBufferPointer(zeros))
    }
    missing = sizes.last ?? 0
  }

  /// Closes the file, which is complete now.
  ///
  /// - Throws: ``WeightsError/unwritable(path:reason:)``.
  package consuming func finish() throws(WeightsError) {
    precondition(sizes.isEmpty, "\(sizes.count) tensors were not written")
    try file.synchronize()
  }
}

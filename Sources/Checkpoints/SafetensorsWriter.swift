/// Writes a safetensors file: first the table, then the data of one tensor after the other.
///
/// Nothing but the table is held in memory, so files larger than the memory can be written.
public struct SafetensorsWriter: ~Copyable {
  /// What the table says about a tensor.
  public struct Entry: Equatable, Sendable {
    /// The name of the tensor.
    public var name: String
    /// The type of its elements.
    public var type: ElementType
    /// Its dimensions.
    public var shape: Shape

    /// Creates the entry of tensor `name`.
    public init(name: String, type: ElementType, shape: Shape) {
      self.name = name
      self.type = type
      self.shape = shape
    }
  }

  private let file: OutputFile
  private var missing: Int

  /// Creates the file at `path`, or empties it, and writes the table of `entries`.
  ///
  /// - Parameters:
  ///   - path: The file to write.
  ///   - entries: The tensors, in the order in which their data will follow; each name once.
  ///   - metadata: Texts to keep with the tensors.
  /// - Throws: ``WeightsError/unwritable(path:reason:)``.
  public init(
    path: String, entries: [Entry], metadata: [String: String] = [:]
  ) throws(WeightsError) {
    guard let (table, byteCount) = Self.table(of: entries, metadata: metadata) else {
      throw .unwritable(path: path, reason: "the tensors have more bytes than can be counted")
    }
    let file = try OutputFile(path: path)
    try table.withUnsafeBufferPointer { table throws(WeightsError) in
      try file.write(UnsafeRawBufferPointer(table))
    }
    self.file = file
    missing = byteCount
  }

  /// Appends data, as many bytes as one likes at a time.
  ///
  /// - Throws: ``WeightsError/unwritable(path:reason:)``.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) throws(WeightsError) {
    precondition(bytes.count <= missing, "\(bytes.count) bytes, the table leaves \(missing)")
    try file.write(bytes)
    missing -= bytes.count
  }

  /// Appends single-precision elements.
  ///
  /// - Throws: ``WeightsError/unwritable(path:reason:)``.
  public mutating func append(_ elements: [Float]) throws(WeightsError) {
    try elements.withUnsafeBufferPointer { elements throws(WeightsError) in
      try append(UnsafeRawBufferPointer(elements))
    }
  }

  /// Closes the file, which is complete now.
  ///
  /// - Throws: ``WeightsError/unwritable(path:reason:)``: a disk may say that it is full as late
  ///   as this.
  public consuming func finish() throws(WeightsError) {
    precondition(missing == 0, "\(missing) bytes of the table's tensors were not written")
    try file.synchronize()
  }

  /// Writes a file of one single-precision tensor.
  ///
  /// - Parameters:
  ///   - name: The name of the tensor.
  ///   - elements: Its elements, row-major.
  ///   - shape: Its dimensions.
  ///   - path: The file to write.
  /// - Throws: ``WeightsError/unwritable(path:reason:)``.
  public static func write(
    _ name: String, _ elements: [Float], shape: Shape, to path: String
  ) throws(WeightsError) {
    precondition(shape.elementCount == elements.count, "\(elements.count) elements for \(shape)")
    var writer = try SafetensorsWriter(
      path: path, entries: [Entry(name: name, type: .float32, shape: shape)])
    try writer.append(elements)
    try writer.finish()
  }
}

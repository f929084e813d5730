internal import Checkpoints
internal import Kernels
internal import FoundationEssentials

/// Writes a model anew with smaller weights, so that it loads without being converted.
///
/// The result is a directory: `model.safetensors`, and the configuration and tokenizer files of
/// the model. Matrices in blocks are stored as ``BlockFormats`` says. What stays as it is: vectors,
/// rows that are no whole number of blocks, and, with blocks, the embedding.
public struct CheckpointConversion: Sendable {
  /// The model.
  public let source: ModelDirectory

  /// What its weights become.
  public let precision: ModelOptions.Precision

  /// The files besides the weights that belong to a model.
  private static let companions = [
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt",
    "tokenizer.model", "chat_template.jinja", "chat_template.json", "LICENSE", "LICENSE.txt",
  ]

  /// What the weights are called.
  private static let weightsName = "model.safetensors"

  /// The bytes converted at a time.
  private static let partByteCount = 16 << 20

  /// Describes the conversion of `source` to `precision`: `q8`, `q4`, `q4k`, `bf16` or `f16`.
  public init(_ source: ModelDirectory, to precision: ModelOptions.Precision) {
    self.source = source
    self.precision = precision
  }

  /// Writes the model to the directory `path`, made if there is none.
  ///
  /// The weights are written to a file beside their place first and moved there when they are
  /// complete, so that nothing is lost when the disk is full.
  ///
  /// - Parameters:
  ///   - path: The directory; it must not be the model's own.
  ///   - replaces: Whether there may be a model already.
  ///   - threadCount: The number of threads; `nil` stands for one a core.
  ///   - progress: Told which share has been written.
  /// - Returns: The bytes of the weights file.
  /// - Throws: ``ModelError/alreadyThere(path:)``, ``ModelError/nothingToConvert(path:format:)``,
  ///   ``ModelError/weights(_:)`` when the disk is full or the weights are not finite.
  @discardableResult
  public func write(
    to path: String, replacing replaces: Bool = false, threadCount: Int? = nil,
    progress: LoadingProgress? = nil
  ) throws(ModelError) -> Int {
    guard !source.bringsMetadata else {
      throw .notWritable(
        path: path, reason: "a GGUF is written anew as GGUF, expected a name that ends in .gguf")
    }
    let plan = plan
    guard plan.contains(where: { $0.target != $0.tensor.format }) else {
      throw .nothingToConvert(path: source.weightsPath, format: precision.rawValue)
    }
    try checkTarget(path, replaces: replaces)
    do throws(WeightsError) {
      try source.weights.checkFinite()
      let kernels = Kernels(
        threadCount: ModelOptions(threadCount: threadCount).usedThreadCount)
      try makeDirectory(path)
      let partial = "\(path)/.\(Self.weightsName).partial"
      do throws(WeightsError) {
        try writeWeights(plan, to: partial, kernels, progress: progress)
        try copyCompanions(to: path)
        return try Self.move(partial, to: "\(path)/\(Self.weightsName)")
      } catch {
        try? FileManager.default.removeItem(atPath: partial)
        throw error
      }
    } catch {
      throw .weights(error)
    }
  }
}

// MARK: - What is written

extension CheckpointConversion {
  /// A tensor and what it becomes.
  private struct Item {
    var tensor: StoredTensor
    /// The format; `nil` where the tensor is copied.
    var target: Kernels.Format?
  }

  private var plan: [Item] {
    let tensors = source.weights.tensors.values.sorted {
      ($0.file.path, $0.byteRange.lowerBound) < ($1.file.path, $1.byteRange.lowerBound)
    }
    return tensors.map { Item(tensor: $0, target: target(of: $0)) }
  }

  private var routers: Set<String> {
    let description = source.description
    let layers = (0..<description.architecture.layerCount).filter(
      description.architecture.hasExperts)
    return Set(layers.map { description.names[.router, layer: $0] })
  }

  /// The format that a tensor is to have; `nil` for what are no weights.
  func target(of tensor: StoredTensor) -> Kernels.Format? {
    guard let stored = tensor.format else { return nil }
    let dimensions = tensor.shape.dimensions
    guard dimensions.count == 2, dimensions[0] > 0 else { return stored }
    let names = source.description.names
    let formats = WeightFormats(precision)
    let wanted: Kernels.Format?
    if routers.contains(tensor.name) {
      // It decides between experts.
      wanted = nil
    } else if precision == .bfloat16 {
      wanted = .bf16
    } else if tensor.name == names[.head] {
      wanted = formats.head
    } else if tensor.name == names[.embedding] {
      let isHead = source.weights.tensors[names[.head]] == nil
      wanted = isHead || precision == .float16 ? formats.head : nil
    } else {
      wanted = formats.layers
    }
    return WeightFormats.format(wanted, columns: dimensions[1], stored: stored)
  }

  private static func entry(_ item: Item) -> SafetensorsWriter.Entry {
    let dimensions = item.tensor.shape.dimensions
    let type: ElementType
    switch item.target {
    case nil: type = item.tensor.type
    case .f32: type = .float32
    case .f16: type = .float16
    case .bf16: type = .bfloat16
    case .some(let format):
      let bytes = format.rowBytes(columnCount: dimensions[1]) ?? 0
      return .init(name: item.tensor.name, type: .uint8, shape: [dimensions[0], bytes])
    }
    return .init(name: item.tensor.name, type: type, shape: item.tensor.shape)
  }

  private func metadata(_ plan: [Item]) -> [String: String] {
    var texts = ["format": "pt"]
    for item in plan {
      guard let format = item.target, format.blockElements > 1 else { continue }
      texts[BlockFormats.keyPrefix + item.tensor.name] = format.rawValue
    }
    return texts
  }

  private func writeWeights(
    _ plan: [Item], to path: String, _ kernels: Kernels, progress: LoadingProgress?
  ) throws(WeightsError) {
    var writer = try SafetensorsWriter(
      path: path, entries: plan.map(Self.entry), metadata: metadata(plan))
    let total = Double(max(1, source.weights.byteCount))
    var done = 0
    for item in plan {
      if let target = item.target, target != item.tensor.format {
        try convert(item.tensor, to: target, path: path, kernels) { bytes throws(WeightsError) in
          try writer.append(bytes)
        }
      } else {
        try writer.append(item.tensor.bytes)
      }
      done += item.tensor.byteRange.count
      item.tensor.file.releasePages(item.tensor.byteRange)
      progress?(Double(done) / total)
    }
    try writer.finish()
  }

  /// Converts some rows at a time, so that a matrix of any size takes little memory.
  ///
  /// - Parameters:
  ///   - tensor: A matrix.
  ///   - target: What to convert it to.
  ///   - path: The file that is written, for messages.
  ///   - kernels: Whose threads share out the rows.
  ///   - write: Gets the rows.
  /// - Throws: ``WeightsError``, also what `write` throws.
  func convert(
    _ tensor: StoredTensor, to target: Kernels.Format, path: String, _ kernels: Kernels,
    _ write: (UnsafeRawBufferPointer) throws(WeightsError) -> Void
  ) throws(WeightsError) {
    let (rows, columns) = (tensor.shape.dimensions[0], tensor.shape.dimensions[1])
    let matrix = WeightMatrix(tensor, rows: rows, columns: columns)
    let rowBytes = target.rowBytes(columnCount: columns) ?? 0
    let rowsOfPart = max(1, Self.partByteCount / max(1, rowBytes))
    for first in stride(from: 0, to: rows, by: rowsOfPart) {
      let range = first..<min(first + rowsOfPart, rows)
      let part = WeightMatrix(rows: range.count, columns: columns, format: target) { output in
        kernels.convert(matrix.matrix.rows(range), to: target, into: output)
      }
      // Half precision ends at 65504; the scales of blocks are numbers of half precision.
      guard part.isFinite else {
        throw .unwritable(
          path: path, reason: "tensor '\(tensor.name)' holds numbers too large for \(target)")
      }
      try write(UnsafeRawBufferPointer(rebasing: part.bytes[..<(range.count * rowBytes)]))
    }
  }
}

// MARK: - Where it is written

extension CheckpointConversion {
  private func checkTarget(_ path: String, replaces: Bool) throws(ModelError) {
    let files = FileManager.default
    var isDirectory = false
    guard files.fileExists(atPath: path, isDirectory: &isDirectory) else { return }
    let isOwn =
      URL(filePath: path).resolvingSymlinksInPath().path
      == URL(filePath: source.directory).resolvingSymlinksInPath().path
    let contents = (try? files.contentsOfDirectory(atPath: path)) ?? []
    // The index of a sharded model would be left beside what is written.
    let isBlocked = contents.contains(SafetensorsIndex.fileName)
    guard isDirectory, !isOwn, !isBlocked, replaces || contents.isEmpty else {
      throw .alreadyThere(path: path)
    }
  }

  private func makeDirectory(_ path: String) throws(WeightsError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: path, reason: "the directory cannot be made")
    }
  }

  private func copyCompanions(to path: String) throws(WeightsError) {
    for name in Self.companions {
      let file = "\(source.directory)/\(name)"
      guard FileManager.default.fileExists(atPath: file) else { continue }
      let contents = try MappedFile(path: file)
      let output = try OutputFile(path: "\(path)/\(name)")
      try output.write(contents.bytes)
      try output.synchronize()
    }
  }

  /// Moves the file into its place and returns its size.
  private static func move(_ partial: String, to path: String) throws(WeightsError) -> Int {
    let count = try MappedFile(path: partial).bytes.count
    try OutputFile.rename(partial, to: path)
    return count
  }
}

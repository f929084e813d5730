internal import Checkpoints
internal import Kernels
internal import FoundationEssentials

extension CheckpointConversion {
  /// What was written.
  public struct WrittenGGUF: Sendable {
    /// The bytes of the file.
    public var byteCount: Int
    /// Why the tokenizer is not in it; `nil` where it is.
    public var omission: String?
  }

  /// A tensor of the file and what it is stored as.
  private struct Plan {
    var item: GGUFConversion.Item
    var format: Kernels.Format
  }

  /// Writes the model as a GGUF file at `path`, as llama.cpp's converter would arrange it.
  ///
  /// Matrices become what ``write(to:replacing:threadCount:progress:)`` makes of them, vectors f32. The
  /// file takes its place when it is complete.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - replaces: Whether there may be a file already.
  ///   - threadCount: The number of threads; `nil` stands for one a core.
  ///   - progress: Told which share has been written.
  /// - Returns: What was written.
  /// - Throws: ``ModelError/alreadyThere(path:)``, ``ModelError/notExpressible(path:reason:)``,
  ///   ``ModelError/weights(_:)`` when the disk is full or the weights are not finite.
  @discardableResult
  public func writeGGUF(
    to path: String, replacing replaces: Bool = false, threadCount: Int? = nil,
    progress: LoadingProgress? = nil
  ) throws(ModelError) -> WrittenGGUF {
    let conversion = try GGUFConversion(source)
    let plan = try conversion.items().map { item in
      Plan(
        item: item,
        format: item.parts[0].shape.dimensions.count < 2
          ? .f32 : target(of: item.parts[0]) ?? .f32)
    }
    let metadata = try conversion.metadata(fileType: fileType(of: plan))
    try checkGGUFTarget(path, replaces: replaces)
    do throws(WeightsError) {
      try source.usedWeights.checkFinite()
      let kernels = Kernels(
        threadCount: ModelOptions(threadCount: threadCount).usedThreadCount)
      let file = try AtomicFile(path: path)
      do throws(WeightsError) {
        try write(
          plan, metadata.entries, factors: conversion.frequencyFactors, to: file.partialPath,
          kernels, progress)
        try file.commit()
      } catch {
        try? FileManager.default.removeItem(atPath: file.partialPath)
        throw error
      }
      return WrittenGGUF(
        byteCount: try MappedFile(path: path).bytes.count, omission: metadata.omission)
    } catch {
      throw .weights(error)
    }
  }

  private func checkGGUFTarget(_ path: String, replaces: Bool) throws(ModelError) {
    var isDirectory = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { return }
    let files = Set(source.weights.tensors.values.map(\.file.path))
    let own = files.contains { file in
      URL(filePath: file).resolvingSymlinksInPath().path
        == URL(filePath: path).resolvingSymlinksInPath().path
    }
    guard replaces, !isDirectory, !own else { throw .alreadyThere(path: path) }
  }

  /// llama.cpp's number for what most elements are stored as.
  private func fileType(of plan: [Plan]) -> Int {
    var counts: [Kernels.Format: Int] = [:]
    for entry in plan where entry.item.parts[0].shape.dimensions.count > 1 {
      counts[entry.format, default: 0] += entry.item.shape.elementCount ?? 0
    }
    let most = counts.max { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }
    return switch most?.key ?? .f32 {
    case .f32: 0
    case .f16: 1
    case .q4_0: 2
    case .q4_1: 3
    case .q8_0: 7
    case .q5_0: 8
    case .q5_1: 9
    case .q2_K: 10
    case .q3_K: 12
    case .q4_K: 14
    case .q5_K: 16
    case .q6_K: 18
    case .iq4_nl: 25
    case .iq4_xs: 30
    case .bf16: 32
    }
  }

  private func write(
    _ plan: [Plan], _ metadata: GGUFEntries, factors: [Float]?, to path: String,
    _ kernels: Kernels, _ progress: LoadingProgress?
  ) throws(WeightsError) {
    var entries = plan.map {
      GGUFWriter.Entry(name: $0.item.name, format: $0.format, shape: $0.item.shape)
    }
    if let factors {
      entries.append(.init(name: "rope_freqs.weight", format: .f32, shape: [factors.count]))
    }
    var writer = try GGUFWriter(path: path, metadata: metadata, entries: entries)
    let total = Double(max(1, source.usedWeights.byteCount))
    var done = 0
    for entry in plan {
      for part in entry.item.parts {
        let tensor = entry.item.order.map(part.reorderingRows) ?? part
        try write(tensor, as: entry.format, path: path, kernels) { bytes throws(WeightsError) in
          try writer.append(bytes)
        }
        done += part.byteRange.count
        part.file.releasePages(part.byteRange)
        progress?(Double(done) / total)
      }
    }
    if let factors {
      try factors.withUnsafeBufferPointer { factors throws(WeightsError) in
        try writer.append(UnsafeRawBufferPointer(factors))
      }
    }
    try writer.finish()
  }

  private func write(
    _ tensor: StoredTensor, as format: Kernels.Format, path: String, _ kernels: Kernels,
    _ append: (UnsafeRawBufferPointer) throws(WeightsError) -> Void
  ) throws(WeightsError) {
    if tensor.format == format {
      try append(tensor.bytes)
    } else if tensor.shape.dimensions.count > 1 {
      try convert(tensor, to: format, path: path, kernels, append)
    } else {
      // Vectors become f32 and are small.
      try tensor.floats().withUnsafeBufferPointer { elements throws(WeightsError) in
        try append(UnsafeRawBufferPointer(elements))
      }
    }
  }
}

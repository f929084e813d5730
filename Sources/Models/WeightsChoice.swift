internal import Checkpoints
internal import FoundationEssentials

/// The weights of a model directory: which of its files they are.
struct WeightsChoice {
  /// The weights chosen.
  let weights: Weights

  /// Chooses the weights in `directory`.
  ///
  /// As in Transformers, `model.safetensors` comes first, then the index of a sharded model: beside
  /// a merged file an old index may have been left. Then comes the only file that holds tensors of
  /// `family` (of any family when it is `nil`).
  ///
  /// - Throws: ``ModelError/noWeights(path:family:)``,
  ///   ``ModelError/ambiguousWeights(path:files:)``, and what is wrong with the file chosen.
  init(directory: String, family: ModelRegistry.Entry?) throws(ModelError) {
    for name in ["model.safetensors", SafetensorsIndex.fileName] {
      let path = directory + "/" + name
      guard FileManager.default.fileExists(atPath: path) else { continue }
      weights = try Weights(openingModelAt: path)
      return
    }
    var candidates: [Weights] = []
    var failure: ModelError?
    for path in try Self.weightsFiles(in: directory) {
      do throws(ModelError) {
        let weights = try Weights(openingModelAt: path)
        if Self.belongs(weights, to: family) { candidates.append(weights) }
      } catch {
        failure = failure ?? error
      }
    }
    guard let first = candidates.first else {
      throw failure
        ?? .noWeights(
          path: directory, family: family?.descriptor.name, found: Self.otherWeights(in: directory))
    }
    guard candidates.count == 1 else {
      let names = candidates.map { String($0.path.dropFirst(directory.count + 1)) }
      throw .ambiguousWeights(path: directory, files: names)
    }
    weights = first
  }

  private static func belongs(_ weights: Weights, to family: ModelRegistry.Entry?) -> Bool {
    // Files that say what they are need no guess.
    if weights.metadata != nil { return true }
    guard let family else { return ModelRegistry.family(of: weights) != nil }
    let name = family.descriptor.names[.projection, layer: 0]
    return weights.unwrapped(to: name).tensors[name] != nil
  }

  /// The files in `directory` that hold weights in a way nothing here can read, sorted.
  private static func otherWeights(in directory: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    let extensions = [".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx", ".npz"]
    return names.sorted().filter { name in
      isUnfinished(name)
        || name != "training_args.bin" && extensions.contains { name.hasSuffix($0) }
    }
  }

  /// Whether a file is what a download leaves until it has ended.
  static func isUnfinished(_ name: String) -> Bool {
    [".incomplete", ".part", ".partial", ".crdownload", ".download", ".aria2"].contains {
      name.hasSuffix($0)
    }
  }

  /// The files in `directory` whose extension is that of a weights format, sorted.
  static func weightsFiles(in directory: String) throws(ModelError) -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: directory)
    } catch {
      throw .unreadable(path: directory, reason: "the directory cannot be listed")
    }
    return names.sorted().filter { name in
      // The first of several parts stands for all.
      if let part = GGUFParts.split(name), part.number > 1 { return false }
      return WeightsFormatRegistry.all.contains { name.hasSuffix("." + $0.fileExtension) }
    }.map { directory + "/" + $0 }
  }
}

extension Weights {
  /// Opens weights on behalf of a model.
  ///
  /// - Throws: ``ModelError/weights(_:)``.
  init(openingModelAt path: String) throws(ModelError) {
    do throws(WeightsError) {
      try self.init(path: path)
    } catch {
      throw .weights(error)
    }
  }

  /// A checksum of the names, types and shapes of the tensors.
  var tableChecksum: Checksum {
    let lines = tensors.values.map { "\($0.name) \($0.typeName) \($0.shape)" }
    return Checksum(of: lines.sorted().joined(separator: "\n").utf8)
  }
}

package import Checkpoints
internal import FoundationEssentials

/// A model on disk: its weights, its configuration, and what can be said about it unloaded.
///
/// Opening one reads the configuration and the weights' table of tensors, and computes nothing.
public struct ModelDirectory: Sendable {
  /// What the model is called: the last component of its path, without extension.
  public let name: String

  /// The directory, or the weights file itself if that was given.
  public let path: String

  /// The directory in which the model's other files, such as a tokenizer, are looked for.
  public let directory: String

  /// The weights file, or the index of a sharded model.
  public var weightsPath: String { weights.path }

  /// The name of the model family.
  public var family: String { entry.descriptor.name }

  /// The sampler preset that the authors of the family use.
  public var defaultPreset: String {
    description.defaultPreset ?? entry.descriptor.defaultPreset
  }

  /// What the model's files say about how to use it, and which of them.
  public var findings: [Finding] { description.findings }

  /// The block that a model was trained to write in, in positions; `nil` for models without blocks.
  public var blockLength: Int? {
    guard case .blockCausal(let length, _) = description.architecture.attention else { return nil }
    return length
  }

  /// What a user may expect of the configuration, and does not get on a canvas of `positions`.
  public func remark(positions: Int) -> String? {
    guard case .dynamic(_, let original) = description.architecture.rotary.scaling,
      positions <= original, let path = configurationFile?.path
    else { return nil }
    return "\(path): rotary scaling 'dynamic' begins behind \(original) positions, "
      + "the canvas has \(positions)"
  }
  /// What a user should know before the first run; `nil` where the files are clear.
  public var remark: String? { description.remark }

  /// The settings that suit the model, where it brings any.
  public let generationDefaults: GenerationDefaults

  /// Sixteen hexadecimal digits that change with the configuration: of `config.json`, or of the
  /// names and shapes of the tensors of a model without one.
  public let checksum: String

  /// Whether the weights file itself says what the model is.
  public var bringsMetadata: Bool { weights.metadata != nil }

  /// The number of weights.
  public var parameterCount: Int { usedWeights.elementCount }

  /// The number of tokens the model can predict.
  public var vocabularySize: Int { description.architecture.vocabularySize }

  /// The largest number of positions.
  public var contextLength: Int { description.architecture.contextLength }

  /// The type that most of the weights have, such as `BF16` or, in blocks, `Q8_0`.
  public var weightPrecision: String { usedWeights.prevailingTypeName }

  /// The memory to run the model on a single text of full length, in bytes.
  public var memoryByteCount: Int {
    let scratch = TransformerScratch.byteCount(
      architecture: description.architecture, positions: contextLength)
    let (sum, overflow) = usedWeights.byteCount.addingReportingOverflow(scratch)
    return overflow ? .max : sum
  }

  /// All tensors of the files.
  package let weights: Weights

  /// The tensors the network uses; checks, sizes and the automatic precision concern no others.
  package let usedWeights: Weights

  /// What the user knows better than the files.
  package let overrides: ModelOverrides

  package let configurationFile: ConfigurationFile?
  package let generationFile: ConfigurationFile?
  package let description: ModelDescription
  package let entry: ModelRegistry.Entry

  /// Opens the model in the directory at `path`, or in the weights file at `path`.
  ///
  /// In a directory the weights are `model.safetensors`, `model.safetensors.index.json`, or the
  /// only file whose tensors are those of the family; others are ignored. The configuration of a
  /// weights file is the `config.json` beside it; a GGUF file brings its own.
  ///
  /// - Parameters:
  ///   - path: The directory or weights file.
  ///   - overrides: What the user knows better than the files.
  /// - Throws: ``ModelError``.
  public init(
    path: String, overrides: ModelOverrides = ModelOverrides()
  ) throws(ModelError) {
    var isDirectory = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      if let target = ModelStore.linkTarget(path) {
        throw .brokenLink(path: path, target: target)
      }
      throw .notFound(name: path, searched: [], known: [])
    }
    let path = Self.withoutTrailingSlashes(path)
    self.path = path
    self.overrides = overrides
    // What is called by another name may be the folder of a repository in a hub's cache.
    let place = isDirectory ? try HubCache.resolved(Self.followed(path)) : path
    directory = isDirectory ? place : Self.parent(of: path)
    let contents = try Contents(
      path: place, directory: directory, isDirectory: isDirectory, overrides: overrides)
    configurationFile = contents.configuration
    generationFile = contents.generation
    generationDefaults =
      if let generationFile { try GenerationDefaults(generationFile) } else { GenerationDefaults() }
    entry = contents.entry
    let named = contents.weights
    weights = named
    description = try Self.description(
      contents.entry,
      ModelFiles(
        weights: named, configuration: configurationFile, generation: generationFile,
        directory: directory, overrides: overrides))
    usedWeights = named.restricted(
      to: description.names.all(in: description.architecture))
    checksum = (configurationFile?.checksum ?? named.tableChecksum).description
    name = Self.name(of: path, isDirectory: isDirectory)
  }

  /// The folder of a hub's cache that a link at `path` leads to; otherwise `path`.
  private static func followed(_ path: String) -> String {
    guard let target = ModelStore.linkTarget(path), target.hasPrefix("/"),
      HubCache.repository(ofFolder: target.split(separator: "/").last.map(String.init) ?? "") != nil
    else { return path }
    return target
  }

  private static func withoutTrailingSlashes(_ path: String) -> String {
    var path = path[...]
    while path.count > 1, path.last == "/" { path = path.dropLast() }
    return String(path)
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last component; of `.` and `..` that of the directory meant.
  private static func name(of path: String, isDirectory: Bool) -> String {
    var last = path.split(separator: "/").last.map(String.init) ?? path
    if last == "." || last == ".." {
      let absolute = URL(filePath: path, directoryHint: .isDirectory).standardizedFileURL
      last = absolute.lastPathComponent
    }
    guard !isDirectory, let dot = last.lastIndex(of: "."), dot != last.startIndex else {
      let repository = HubCache.repository(ofFolder: last) ?? HubCache.repository(ofSnapshot: path)
      return repository?.split(separator: "/").last.map(String.init) ?? last
    }
    return GGUFParts.split(last)?.stem ?? String(last[..<dot])
  }
}

extension ModelDirectory {
  /// Describes the model in `files`: by its family, or by the metadata where the weights bring some.
  static func description(
    _ entry: ModelRegistry.Entry, _ files: ModelFiles
  ) throws(ModelError) -> ModelDescription {
    guard files.weights.metadata == nil else { return try GGUFModel(files).description() }
    let description = try entry.description(files)
    let names = description.names
    // So many names as the configuration speaks of are made only if there may be so many tensors.
    if let experts = description.architecture.experts, experts.count > files.weights.tensors.count,
      let layer = experts.layers.firstIndex(of: true)
    {
      throw .weights(
        .missingTensor(
          path: files.weights.path, tensor: names[.gate, layer: layer, expert: experts.count - 1],
          expected: nil))
    }
    return description
  }

  /// The files of a model, opened.
  private struct Contents {
    var weights: Weights
    var configuration: ConfigurationFile?
    var generation: ConfigurationFile?
    var entry: ModelRegistry.Entry

    /// Opens the files of the model at `path`.
    ///
    /// A file with metadata says itself what it is; what lies beside it may belong to others.
    init(
      path: String, directory: String, isDirectory: Bool, overrides: ModelOverrides
    ) throws(ModelError) {
      let file = isDirectory ? nil : try Weights(openingModelAt: path)
      let isAlone = file?.metadata != nil
      configuration = isAlone ? nil : try Self.file("config.json", in: directory)
      generation = isAlone ? nil : try Self.file("generation_config.json", in: directory)
      let family = try ModelRegistry.family(named: configuration)
      let weights =
        if let file { file } else { try WeightsChoice(directory: path, family: family).weights }
      // Leaving an adapter out would change every result.
      if let tensor = weights.tensors.keys.filter({ $0.contains(".lora_") }).min() {
        throw .adapter(path: weights.path, tensor: tensor.shortened)
      }
      if let metadata = weights.metadata {
        let said = ConfigurationFile(metadata)
        configuration = said
        entry = try GGUFArchitecture(said).family(said, overrides)
        self.weights = weights.separatingExperts()
        return
      }
      guard let entry = family ?? ModelRegistry.family(of: weights) else {
        throw .unrecognisedWeights(path: weights.path, known: ModelRegistry.names)
      }
      self.entry = entry
      self.weights = weights.unwrapped(to: entry.descriptor.names[.embedding])
    }

    private static func file(
      _ name: String, in directory: String
    ) throws(ModelError) -> ConfigurationFile? {
      let path = directory + "/" + name
      guard FileManager.default.fileExists(atPath: path) else { return nil }
      return try ConfigurationFile(path: path)
    }
  }
}

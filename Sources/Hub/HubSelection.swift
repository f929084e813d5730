/// Which files of a repository make a model.
package struct HubSelection: Equatable, Sendable {
  /// The files, small ones first: what is wrong is seen early.
  package let files: [HubFile]

  /// The bytes of all files.
  package var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }

  /// Chooses the files of the model, or those that belong to one file.
  ///
  /// Without a file: the safetensors files beside `config.json`, with everything small that a model
  /// or its tokenizer is described by; or the only GGUF file. With a file: that one, all parts of it
  /// if it was split, and the same small files. The file may be given by a part of its name that
  /// only one file has, such as `Q4_K_M`.
  ///
  /// - Throws: ``HubError/nothingUsable(repository:found:)``,
  ///   ``HubError/severalModels(repository:files:)``, ``HubError/noSuchFile(repository:file:files:)``.
  package init(
    of listing: HubListing, repository: String, file: String?
  ) throws(HubError) {
    let files = listing.files
    let weights: [HubFile]
    if let file {
      weights = try Self.weights(called: file, in: files, repository)
    } else {
      weights = try Self.weights(in: files, repository)
    }
    // What describes the model stands at the top, or beside weights in a folder of their own.
    let folders: Set<Substring> = Set(weights.map { Self.folder(of: $0.path) }).union([""])
    let descriptions = files.filter {
      folders.contains(Self.folder(of: $0.path)) && Self.describes(Self.name(of: $0.path))
    }
    let chosen = weights + descriptions.filter { !weights.contains($0) }
    self.files = chosen.sorted { ($0.byteCount, $0.path) < ($1.byteCount, $1.path) }
  }

  /// Whether a file belongs to the weights themselves: it is put in its place last.
  package static func isWeights(_ path: String) -> Bool {
    path.hasSuffix(".safetensors") || path.hasSuffix(".gguf")
  }

  private static func weights(
    in files: [HubFile], _ repository: String
  ) throws(HubError) -> [HubFile] {
    let top = files.filter { folder(of: $0.path).isEmpty }
    let tensors = top.filter { $0.path.hasSuffix(".safetensors") }
    let merged = tensors.filter { $0.path == "model.safetensors" }
    if !merged.isEmpty { return merged }
    let shards = tensors.filter { $0.path.hasPrefix("model-") }
    if !shards.isEmpty { return shards }
    if tensors.count == 1 { return tensors }
    let models = tensors + firstParts(of: top.filter { $0.path.hasSuffix(".gguf") })
    if models.count == 1 { return parts(of: models[0], in: files) }
    let anywhere =
      models.isEmpty ? firstParts(of: files.filter { isWeights($0.path) }) : models
    guard anywhere.isEmpty else { throw .severalModels(repository: repository, files: anywhere) }
    let others = files.map(\.path).filter { path in
      [".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx", ".npz"].contains {
        path.hasSuffix($0)
      }
    }
    throw .nothingUsable(repository: repository, found: others)
  }

  private static func weights(
    called name: String, in files: [HubFile], _ repository: String
  ) throws(HubError) -> [HubFile] {
    if let exact = files.first(where: { $0.path == name }) { return parts(of: exact, in: files) }
    let all = firstParts(of: files.filter { isWeights($0.path) })
    let matching = all.filter { $0.path.lowercased().contains(name.lowercased()) }
    guard matching.count == 1 else {
      throw .noSuchFile(
        repository: repository, file: name, files: matching.isEmpty ? all : matching)
    }
    return parts(of: matching[0], in: files)
  }

  /// The files but for the second and further parts of one that was split.
  private static func firstParts(of files: [HubFile]) -> [HubFile] {
    files.filter { file in
      guard let (_, number, _) = split(file.path) else { return true }
      return number == 1
    }
  }

  /// All parts of a file that was split as `NAME-00001-of-00003.gguf`; of any other, itself.
  private static func parts(of file: HubFile, in files: [HubFile]) -> [HubFile] {
    guard let (stem, _, count) = split(file.path) else { return [file] }
    return files.filter { other in
      split(other.path).map { $0.stem == stem && $0.count == count } ?? false
    }
  }

  private static func split(_ path: String) -> (stem: Substring, number: Int, count: Int)? {
    guard let dot = path.lastIndex(of: ".") else { return nil }
    let parts = path[..<dot].split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[parts.count - 2] == "of", let count = Int(parts[parts.count - 1]),
      let number = Int(parts[parts.count - 3])
    else { return nil }
    return (path[..<parts[parts.count - 3].startIndex], number, count)
  }

  private static func folder(of path: String) -> Substring {
    path.lastIndex(of: "/").map { path[..<$0] } ?? ""
  }

  private static func name(of path: String) -> Substring {
    path.lastIndex(of: "/").map { path[$0...].dropFirst() } ?? path[...]
  }

  /// Whether a file says something about a model or its tokenizer, or about its licence.
  private static func describes(_ name: Substring) -> Bool {
    let names = [
      "merges.txt", "vocab.txt", "tokenizer.model", "spiece.model", "LICENSE", "README.md",
    ]
    return names.contains(String(name)) || name.hasSuffix(".json") || name.hasSuffix(".jinja")
      || name.hasPrefix("LICENSE")
  }
}

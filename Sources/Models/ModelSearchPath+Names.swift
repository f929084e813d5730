internal import Checkpoints
internal import FoundationEssentials
internal import JSON

extension ModelSearchPath {
  /// Something in a searched directory that looks like a model.
  public struct Listing: Sendable {
    /// The name to call it by.
    public var name: String
    /// Its directory or weights file.
    public var path: String
    /// The model, or why it cannot be used.
    public var model: Result<ModelDirectory, ModelError>

    /// Creates a listing.
    public init(name: String, path: String, model: Result<ModelDirectory, ModelError>) {
      self.name = name
      self.path = path
      self.model = model
    }
  }

  /// A name, and where what it names lies.
  private struct Candidate {
    var name: String
    var path: String
  }

  /// Opens the model that a user calls `argument`: a directory, a weights file, or a name.
  ///
  /// - Throws: ``ModelError/notFound(name:searched:known:)`` and what is wrong with the model.
  public func model(
    _ argument: String, overrides: ModelOverrides = ModelOverrides()
  ) throws(ModelError) -> ModelDirectory {
    try ModelDirectory(path: try path(of: argument), overrides: overrides)
  }

  /// Returns where the model lies that a user calls `argument`.
  ///
  /// In this order: a path; a name in the directories; a repository `ORG/NAME` in the hub's cache,
  /// or `ORG/NAME@REVISION`; `NAME:FILE`, a file of any of these; the last part of one `ORG/NAME`.
  ///
  /// - Throws: ``ModelError/notFound(name:searched:known:)``,
  ///   ``ModelError/ambiguousName(name:known:)``, ``ModelError/incompleteDownload(path:reason:repository:)``.
  public func path(of argument: String) throws(ModelError) -> String {
    if !argument.isEmpty, FileManager.default.fileExists(atPath: argument) { return argument }
    let candidates = candidates()
    if let path = try path(of: argument, among: candidates) { return path }
    if let colon = argument.lastIndex(of: ":"),
      let file = try self.file(argument, colon, candidates)
    {
      return file
    }
    let endings = (candidates + hubCandidates()).filter { $0.name.hasSuffix("/" + argument) }
    if argument.isEmpty || endings.isEmpty {
      throw .notFound(name: argument, searched: searched, known: candidates.map(\.name))
    }
    guard endings.count == 1 else {
      throw .ambiguousName(name: argument, known: endings.map(\.name))
    }
    return endings[0].path
  }

  /// Returns every model there is, without loading any; of two with one name the first only.
  ///
  /// - Returns: The models in the order of the directories, then by name.
  public func models() -> [Listing] { candidates().map(Self.listing) }

  /// Returns the models in the hub's cache, without loading any.
  ///
  /// A cache holds whatever anybody ever downloaded: what belongs to no family known here is left
  /// out.
  ///
  /// - Returns: The models by name, and how many repositories are of other kinds.
  public func hubModels() -> (models: [Listing], others: Int) {
    let known = Set(candidates().map(\.name))
    var models: [Listing] = []
    var others = 0
    for candidate in hubCandidates() where !known.contains(candidate.name) {
      let listing = Self.listing(candidate)
      switch listing.model {
      case .failure(.unknownFamily), .failure(.unrecognisedWeights), .failure(.noWeights):
        others += 1
      default: models.append(listing)
      }
    }
    return (models, others)
  }

  /// The names of the models in the directories.
  var names: [String] { candidates().map(\.name) }

  /// The places for messages.
  private var searched: [String] { directories + (hubCache.map { [$0.directory] } ?? []) }

  private static func listing(_ candidate: Candidate) -> Listing {
    let model: Result<ModelDirectory, ModelError>
    do throws(ModelError) {
      model = .success(try ModelDirectory(path: candidate.path))
    } catch {
      model = .failure(error)
    }
    return Listing(name: candidate.name, path: candidate.path, model: model)
  }

  /// The path of a name that is written out in full.
  private func path(
    of name: String, among candidates: [Candidate]
  ) throws(ModelError) -> String? {
    let found =
      candidates.first { Spelling($0.name) == Spelling(name) }
      ?? candidates.first { $0.name == name }
    if let found { return found.path }
    let parts = name.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard let repository = parts.first, let path = hubCache?.path(of: String(repository)) else {
      return nil
    }
    guard parts.count == 2 else { return path }
    return try HubCache.snapshot(
      of: path, name: String(repository), revision: String(parts[1]))
  }

  /// The path of a file of a model, which is called `NAME:FILE`.
  private func file(
    _ argument: String, _ colon: String.Index, _ candidates: [Candidate]
  ) throws(ModelError) -> String? {
    let name = String(argument[..<colon])
    let file = argument[colon...].dropFirst()
    guard !file.isEmpty, !file.split(separator: "/").contains("..") else { return nil }
    let found =
      FileManager.default.fileExists(atPath: name) ? name : try path(of: name, among: candidates)
    guard let found else { return nil }
    let path = try HubCache.resolved(found) + "/" + file
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  private func hubCandidates() -> [Candidate] {
    (hubCache?.repositories ?? []).map { Candidate(name: $0.name, path: $0.path) }
  }

  /// The directories that hold a `config.json` or weights, and the weights files; in a directory that
  /// is no model, such as that of an organisation, those inside it.
  private func candidates() -> [Candidate] {
    var found: [Candidate] = []
    // Names are bytes: two that look alike may be two folders.
    var names: Set<Spelling> = []
    func add(_ candidate: Candidate) {
      if names.insert(Spelling(candidate.name)).inserted { found.append(candidate) }
    }
    for directory in directories {
      for entry in Self.entries(of: directory) {
        let path = directory + "/" + entry
        if let candidate = Self.candidate(entry, at: path) {
          add(candidate)
        } else if HubCache.repository(ofFolder: entry) == nil {
          for inner in Self.entries(of: path) {
            guard var candidate = Self.candidate(inner, at: path + "/" + inner) else { continue }
            candidate.name = entry + "/" + candidate.name
            add(candidate)
          }
        }
      }
    }
    return found
  }

  /// What a directory holds, but for what is hidden; one that may not be read holds nothing.
  private static func entries(of directory: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.sorted().filter { !$0.hasPrefix(".") }
  }

  private static func candidate(_ entry: String, at path: String) -> Candidate? {
    var isDirectory = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      // A link that leads nowhere is still the name of a model, and its user wants to know.
      return ModelStore.linkTarget(path).map { _ in Candidate(name: stem(of: entry), path: path) }
    }
    guard isDirectory else {
      if let part = GGUFParts.split(entry) {
        return part.number == 1 ? Candidate(name: part.stem, path: file(behind: path)) : nil
      }
      guard WeightsFormatRegistry.all.contains(where: { entry.hasSuffix("." + $0.fileExtension) })
      else { return nil }
      return Candidate(name: stem(of: entry), path: file(behind: path))
    }
    if let repository = HubCache.repository(ofFolder: entry),
      FileManager.default.fileExists(atPath: path + "/snapshots")
    {
      return Candidate(name: repository, path: path)
    }
    let hasWeights = (try? !WeightsChoice.weightsFiles(in: path).isEmpty) ?? false
    let isLink =
      ModelStore.linkTarget(path).map { target in
        HubCache.repository(ofFolder: target.split(separator: "/").last.map(String.init) ?? "")
          != nil
      } ?? false
    let isModel =
      hasWeights || isLink || FileManager.default.fileExists(atPath: path + "/config.json")
    return isModel ? Candidate(name: entry, path: path) : nil
  }

  private static func stem(of entry: String) -> String {
    for format in WeightsFormatRegistry.all where entry.hasSuffix("." + format.fileExtension) {
      return String(entry.dropLast(format.fileExtension.count + 1))
    }
    return entry
  }

  /// The file a link leads to: what belongs to weights lies beside them, not beside the link.
  private static func file(behind path: String) -> String {
    guard let target = ModelStore.linkTarget(path) else { return path }
    guard !target.hasPrefix("/") else { return target }
    return String(path[...(path.lastIndex(of: "/") ?? path.startIndex)]) + target
  }
}

internal import FoundationEssentials

/// The folder in which the Python libraries of the Hugging Face hub keep what they download.
///
/// A repository `ORG/NAME` is a folder `models--ORG--NAME`. In it, `refs/main` holds the name of a
/// commit, `snapshots/COMMIT` the files of that commit as links, and `blobs` what these lead to.
///
/// - SeeAlso: “Understand caching”, in the documentation of `huggingface_hub`.
public struct HubCache: Equatable, Sendable {
  /// The folder, absolute or relative to the working directory.
  public let directory: String

  /// Creates the cache in `directory`, which need not be there.
  public init(directory: String) { self.directory = directory }

  /// Finds the cache as `huggingface_hub` does: `$HF_HUB_CACHE`, `$HF_HOME/hub`,
  /// `$XDG_CACHE_HOME/huggingface/hub`, `~/.cache/huggingface/hub`.
  ///
  /// - Parameter environment: The environment variables.
  public init?(environment: [String: String]) {
    let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    func folder(_ variable: String) -> String? {
      guard let value = environment[variable], !value.isEmpty else { return nil }
      guard value == "~" || value.hasPrefix("~/"), let home else { return value }
      return home + value.dropFirst()
    }
    if let cache = folder("HF_HUB_CACHE") ?? folder("HUGGINGFACE_HUB_CACHE") {
      directory = cache
    } else if let own = folder("HF_HOME") {
      directory = own + "/hub"
    } else if let caches = folder("XDG_CACHE_HOME") ?? home.map({ $0 + "/.cache" }) {
      directory = caches + "/huggingface/hub"
    } else {
      return nil
    }
  }

  /// What the folder of a repository of models begins with.
  private static let folderPrefix = "models--"

  /// Returns `ORG/NAME` for a folder called `models--ORG--NAME`, `nil` for any other.
  public static func repository(ofFolder folder: String) -> String? {
    guard folder.hasPrefix(folderPrefix) else { return nil }
    let name = folder.dropFirst(folderPrefix.count)
    // The hub allows no "--" in names, so the first one separates.
    guard let separator = name.firstRange(of: "--") else {
      return name.isEmpty ? nil : String(name)
    }
    let (organisation, model) = (name[..<separator.lowerBound], name[separator.upperBound...])
    guard !organisation.isEmpty, !model.isEmpty else { return nil }
    return "\(organisation)/\(model)"
  }

  /// The repositories of models there are, by name.
  public var repositories: [(name: String, path: String)] {
    let folders = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return folders.sorted().compactMap { folder in
      Self.repository(ofFolder: folder).map { ($0, directory + "/" + folder) }
    }
  }

  /// Returns the folder of the repository `name`, written `ORG/NAME`; `nil` if it is not there.
  public func path(of name: String) -> String? {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
      return nil
    }
    let path = directory + "/" + Self.folderPrefix + parts.joined(separator: "--")
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }
}

extension HubCache {
  /// Returns the snapshot that a path means: of a folder `models--ORG--NAME` that of its `main`,
  /// of any other path this itself.
  ///
  /// - Throws: ``ModelError/incompleteDownload(path:reason:repository:)`` where the folder holds no
  ///   snapshot, or one whose files have not all arrived.
  static func resolved(_ path: String) throws(ModelError) -> String {
    let folder = path.split(separator: "/").last.map(String.init) ?? path
    if let name = repository(ofFolder: folder), isDirectory(path + "/snapshots") {
      let snapshot = try snapshot(of: path, name: name, revision: nil)
      try checkComplete(snapshot, name: name)
      return snapshot
    }
    if let name = repository(ofSnapshot: path) { try checkComplete(path, name: name) }
    return path
  }

  /// Returns the snapshot of `revision` in the repository's folder at `path`.
  ///
  /// - Parameters:
  ///   - path: A folder `models--ORG--NAME`.
  ///   - name: The repository, for messages.
  ///   - revision: A branch, a tag or the beginning of a commit; `nil` for `main`, or the newest
  ///     snapshot where there is no `main`.
  /// - Returns: The folder of the snapshot.
  /// - Throws: ``ModelError/incompleteDownload(path:reason:repository:)``.
  static func snapshot(
    of path: String, name: String, revision: String?
  ) throws(ModelError) -> String {
    let folder = path + "/snapshots/"
    if let commit = commit(of: revision ?? "main", in: path), isDirectory(folder + commit) {
      return folder + commit
    }
    let all = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
      .filter { isDirectory(folder + $0) }
    if let revision {
      let matching = all.filter { revision.count >= 4 && $0.hasPrefix(revision) }
      guard matching.count == 1 else {
        throw .incompleteDownload(
          path: path, reason: "there is no snapshot of '\(revision)'", repository: name)
      }
      return folder + matching[0]
    }
    guard let newest = all.max(by: { changed(folder + $0) < changed(folder + $1) }) else {
      throw .incompleteDownload(path: path, reason: "there is no snapshot yet", repository: name)
    }
    return folder + newest
  }

  /// The repository whose snapshot lies at `path`, or at what `path` is inside of.
  static func repository(ofSnapshot path: String) -> String? {
    let parts = path.split(separator: "/")
    guard parts.count >= 3, parts[parts.count - 2] == "snapshots" else { return nil }
    return repository(ofFolder: String(parts[parts.count - 3]))
  }

  /// Reads which commit a branch or tag is; what is no plain name is not believed.
  private static func commit(of revision: String, in path: String) -> String? {
    guard !revision.split(separator: "/").contains("..") else { return nil }
    guard let bytes = FileManager.default.contents(atPath: path + "/refs/" + revision),
      bytes.count <= 256, let text = String(validating: bytes, as: UTF8.self)
    else { return nil }
    let commit = text.filter { !$0.isWhitespace }
    let isName = !commit.isEmpty && !commit.contains("/") && !commit.hasPrefix(".")
    return isName ? commit : nil
  }

  /// Weights arrive as links to blobs; one that leads nowhere has not arrived.
  private static func checkComplete(_ snapshot: String, name: String) throws(ModelError) {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: snapshot)) ?? []
    let absent = files.filter { !FileManager.default.fileExists(atPath: snapshot + "/" + $0) }
    if let first = absent.min() {
      throw .incompleteDownload(
        path: snapshot,
        reason: absent.count == 1
          ? "\(first) has not arrived"
          : "\(first) and \(absent.count - 1) more files have not arrived",
        repository: name)
    }
    let hasWeights = (try? !WeightsChoice.weightsFiles(in: snapshot).isEmpty) ?? false
    let blobs = snapshot.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    let folder = blobs.joined(separator: "/") + "/blobs"
    let arriving = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    if !hasWeights, arriving.contains(where: { $0.hasSuffix(".incomplete") }) {
      throw .incompleteDownload(
        path: snapshot, reason: "the weights have not arrived", repository: name)
    }
  }

  private static func isDirectory(_ path: String) -> Bool {
    var isDirectory = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory
  }

  private static func changed(_ path: String) -> Date {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.modificationDate] as? Date ?? .distantPast
  }
}

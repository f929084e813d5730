internal import FoundationEssentials
internal import Glibc

/// The user's own folder of models: `$XDG_DATA_HOME/unmask/models`.
///
/// A model in it is a folder, or a link to where it lies. Names are `NAME` or `ORG/NAME`.
public struct ModelStore: Equatable, Sendable {
  /// The folder; it need not be there yet.
  public let directory: String

  /// Creates the store in `directory`.
  public init(directory: String) { self.directory = directory }

  /// Finds the store, by default in `~/.local/share`.
  ///
  /// - Parameter environment: The environment variables.
  public init?(environment: [String: String]) {
    guard let data = Self.dataDirectory(environment) else { return nil }
    self.init(directory: data + "/unmask/models")
  }

  /// The store of this process.
  public static var standard: ModelStore? {
    ModelStore(environment: ProcessInfo.processInfo.environment)
  }

  /// `$XDG_DATA_HOME`, by default `~/.local/share`; relative ones are ignored, as the standard asks.
  static func dataDirectory(_ environment: [String: String]) -> String? {
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return home + "/.local/share"
  }

  /// Where downloads lie until they are whole; nothing in it is found by name.
  public var partialDirectory: String { directory + "/.partial" }

  /// Gives what lies at `path` a name: a link to it in the store.
  ///
  /// - Parameters:
  ///   - path: A directory, a weights file, or a repository in a hub's cache.
  ///   - name: The name; `nil` takes that of the file or folder.
  /// - Returns: The name, and where the link lies.
  /// - Throws: ``ModelError/notFound(name:searched:known:)``, ``ModelError/invalidName(_:)``,
  ///   ``ModelError/nameTaken(name:path:)``, ``ModelError/unwritable(path:reason:)``.
  @discardableResult
  public func add(
    _ path: String, name: String? = nil
  ) throws(ModelError) -> (name: String, path: String) {
    var isDirectory = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw .notFound(name: path, searched: [], known: [])
    }
    let target = URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
    let trimmed = target.count > 1 && target.hasSuffix("/") ? String(target.dropLast()) : target
    let last = trimmed.split(separator: "/").last.map(String.init) ?? trimmed
    // The link to a weights file keeps its ending, by which it is recognised.
    var ending = ""
    if !isDirectory, let dot = last.lastIndex(of: "."), dot != last.startIndex {
      ending = String(last[dot...])
    }
    let name = name ?? HubCache.repository(ofFolder: last) ?? String(last.dropLast(ending.count))
    let link = try place(of: name) + ending
    try Self.create(link: link, to: trimmed, name: name)
    return (name, link)
  }

  /// Takes the name of a model away; with `deletingFiles`, also a model that lies in the store.
  ///
  /// - Returns: What was removed, and whether it was a link.
  /// - Throws: ``ModelError/notFound(name:searched:known:)``,
  ///   ``ModelError/holdsFiles(name:path:byteCount:)`` for a model that is no link, without
  ///   `deletingFiles`, ``ModelError/unwritable(path:reason:)``.
  @discardableResult
  public func remove(
    _ name: String, deletingFiles: Bool = false
  ) throws(ModelError) -> (path: String, wasLink: Bool) {
    let place = try place(of: name)
    guard let path = entry(at: place) else {
      throw .notFound(name: name, searched: [directory], known: names)
    }
    let isLink = Self.linkTarget(path) != nil
    if !isLink, !deletingFiles {
      throw .holdsFiles(name: name, path: path, byteCount: Self.byteCount(of: path))
    }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw .unwritable(path: path, reason: "it cannot be removed")
    }
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    // A folder of an organisation without models; one that holds anything stays.
    if folder != directory, (try? FileManager.default.contentsOfDirectory(atPath: folder)) == [] {
      try? FileManager.default.removeItem(atPath: folder)
    }
    return (path, isLink)
  }

  /// Returns the path of the model called `name`, which need not be there.
  ///
  /// - Throws: ``ModelError/invalidName(_:)``.
  public func place(of name: String) throws(ModelError) -> String {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let isValid =
      (1...2).contains(parts.count)
      && parts.allSatisfy { part in
        !part.isEmpty && !part.hasPrefix(".") && !part.hasPrefix("-") && part.utf8.count <= 200
          && !part.unicodeScalars.contains { ":@\\".unicodeScalars.contains($0) || $0.value < 33 }
      }
    guard isValid else { throw .invalidName(name) }
    return directory + "/" + name
  }

  /// The downloads that were not finished: the repository, and how much of it has arrived.
  public var partialDownloads: [(repository: String, byteCount: Int)] {
    let folders = (try? FileManager.default.contentsOfDirectory(atPath: partialDirectory)) ?? []
    return folders.sorted().compactMap { folder in
      guard let name = HubCache.repository(ofFolder: folder) else { return nil }
      let count = Self.byteCount(of: partialDirectory + "/" + folder)
      return count > 0 ? (name, count) : nil
    }
  }
}

extension ModelStore {
  private var names: [String] {
    ModelSearchPath(directories: [directory]).names
  }

  /// The entry at `place`, or the weights file of that name.
  private func entry(at place: String) -> String? {
    if Self.isThere(place) { return place }
    let slash = place.lastIndex(of: "/") ?? place.startIndex
    let (folder, name) = (String(place[..<slash]), place[slash...].dropFirst())
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let matching = entries.filter { entry in
      entry.lastIndex(of: ".").map { entry[..<$0] == name } ?? false
    }
    return matching.count == 1 ? folder + "/" + matching[0] : nil
  }

  private static func create(link: String, to target: String, name: String) throws(ModelError) {
    guard !isThere(link) else { throw .nameTaken(name: name, path: link) }
    let folder = String(link[..<(link.lastIndex(of: "/") ?? link.startIndex)])
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
    } catch {
      throw .unwritable(path: link, reason: "the link cannot be made")
    }
  }

  /// Where the link at `path` leads; `nil` when it is no link.
  static func linkTarget(_ path: String) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: path)
  }

  /// Whether there is anything at `path`, a link that leads nowhere included.
  private static func isThere(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path) || linkTarget(path) != nil
  }

  /// The bytes of the file at `path`, or of all files in it; links count nothing.
  static func byteCount(of path: String) -> Int {
    guard linkTarget(path) == nil else { return 0 }
    if let entries = try? FileManager.default.contentsOfDirectory(atPath: path) {
      return entries.reduce(0) { $0 + byteCount(of: path + "/" + $1) }
    }
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }
}

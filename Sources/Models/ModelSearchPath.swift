internal import Checkpoints
internal import FoundationEssentials

/// The places where models are found by name.
public struct ModelSearchPath: Equatable, Sendable {
  /// The directories, the first of which wins; each holds models as directories or files.
  public var directories: [String]

  /// Creates a path of `directories`.
  public init(directories: [String]) { self.directories = directories }

  /// Creates the path of a program.
  ///
  /// It holds, in this order:
  ///
  /// 1. the directories in `$UNMASK_MODELS`, separated by colons;
  /// 2. `models` beside the executable, and in the checkout it was built in, whatever the build
  ///    folder is called;
  /// 3. `PREFIX/share/unmask/models` when the executable is in `PREFIX/bin`;
  /// 4. `$XDG_DATA_HOME/unmask/models`, by default `~/.local/share/unmask/models`;
  /// 5. `models` in the working directory.
  ///
  /// - Parameters:
  ///   - environment: The environment variables.
  ///   - executable: The absolute path of the executable; `nil` when it is not known.
  public init(environment: [String: String], executable: String?) {
    self.init(
      named: "models", variable: "UNMASK_MODELS", environment: environment, executable: executable)
  }

  private init(
    named name: String, variable: String, environment: [String: String], executable: String?
  ) {
    directories = []
    for directory in environment[variable, default: ""].split(separator: ":") {
      append(String(directory))
    }
    if let executable { append(name, besides: executable) }
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
      append(data + "/unmask/" + name)
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      append(home + "/.local/share/unmask/" + name)
    }
    append(name)
  }

  /// Returns the directories in which this process looks for something else that comes with it, such
  /// as lessons: the same places, with another name.
  ///
  /// - Parameters:
  ///   - name: The name of the directory, in place of `models`.
  ///   - variable: The environment variable, in place of `UNMASK_MODELS`.
  /// - Returns: The directories, the first of which wins.
  public static func directories(named name: String, variable: String) -> [String] {
    ModelSearchPath(
      named: name, variable: variable, environment: ProcessInfo.processInfo.environment,
      executable: ownPath
    ).directories
  }

  /// The path of this process.
  public static var standard: ModelSearchPath {
    ModelSearchPath(environment: ProcessInfo.processInfo.environment, executable: ownPath)
  }

  /// The path of the executable: Linux keeps the real one here, whatever it was called as.
  private static var ownPath: String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  }

  private mutating func append(_ name: String, besides executable: String) {
    let components = executable.split(separator: "/").dropLast()
    func path(_ components: ArraySlice<Substring>, _ rest: String) -> String {
      (components.map { "/" + $0 } + ["/" + rest]).joined()
    }
    append(path(components, name))
    if let build = components.firstIndex(of: ".build") {
      append(path(components[..<build], name))
    } else if let checkout = Self.checkout(of: components) {
      append(path(checkout, name))
    }
    if components.last == "bin" { append(path(components.dropLast(), "share/unmask/" + name)) }
  }

  /// The nearest directory above with a package's manifest: a build folder may have any name.
  private static func checkout(of components: ArraySlice<Substring>) -> ArraySlice<Substring>? {
    var above = components
    while !above.isEmpty {
      let path = above.map { "/" + $0 }.joined()
      if FileManager.default.fileExists(atPath: path + "/Package.swift") { return above }
      above.removeLast()
    }
    return nil
  }

  private mutating func append(_ directory: String) {
    if !directories.contains(directory) { directories.append(directory) }
  }
}

extension ModelSearchPath {
  /// Something in a searched directory that looks like a model.
  public struct Listing: Sendable {
    /// The name to call it by.
    public var name: String
    /// Its directory or weights file.
    public var path: String
    /// The model, or why it cannot be used.
    public var model: Result<ModelDirectory, ModelError>
  }

  /// Opens the model that a user calls `argument`: a directory, a weights file, or a name.
  ///
  /// - Throws: ``ModelError/notFound(name:searched:known:)`` and what is wrong with the model.
  public func model(
    _ argument: String, overrides: ModelOverrides = ModelOverrides()
  ) throws(ModelError) -> ModelDirectory {
    if !argument.isEmpty, FileManager.default.fileExists(atPath: argument) {
      return try ModelDirectory(path: argument, overrides: overrides)
    }
    let candidates = candidates()
    guard !argument.contains("/"), let found = candidates.first(where: { $0.name == argument })
    else {
      throw .notFound(name: argument, searched: directories, known: candidates.map(\.name))
    }
    return try ModelDirectory(path: found.path, overrides: overrides)
  }

  /// Returns every model there is, without loading any; of two with one name the first only.
  ///
  /// - Returns: The models in the order of the directories, then by name.
  public func models() -> [Listing] {
    candidates().map { candidate in
      let model: Result<ModelDirectory, ModelError>
      do throws(ModelError) {
        model = .success(try ModelDirectory(path: candidate.path))
      } catch {
        model = .failure(error)
      }
      return Listing(name: candidate.name, path: candidate.path, model: model)
    }
  }

  /// The directories that hold a `config.json` or weights, and the weights files.
  private func candidates() -> [(name: String, path: String)] {
    var found: [(name: String, path: String)] = []
    for directory in directories {
      // A directory that is not there, or may not be read, holds no models.
      let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      for name in names.sorted() {
        guard let name = modelName(of: name, in: directory) else { continue }
        guard !found.contains(where: { $0.name == name.name }) else { continue }
        found.append(name)
      }
    }
    return found
  }

  private func modelName(
    of entry: String, in directory: String
  ) -> (name: String, path: String)? {
    let path = directory + "/" + entry
    var isDirectory = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      return nil
    }
    guard isDirectory else {
      if let part = GGUFParts.split(entry) { return part.number == 1 ? (part.stem, path) : nil }
      let format = WeightsFormatRegistry.all.first { entry.hasSuffix("." + $0.fileExtension) }
      return format.map { (String(entry.dropLast($0.fileExtension.count + 1)), path) }
    }
    let hasWeights = (try? !WeightsChoice.weightsFiles(in: path).isEmpty) ?? false
    let isModel = hasWeights || FileManager.default.fileExists(atPath: path + "/config.json")
    return isModel ? (entry, path) : nil
  }
}

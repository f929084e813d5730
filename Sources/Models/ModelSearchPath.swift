internal import Checkpoints
internal import FoundationEssentials

/// The places where models are found by name.
public struct ModelSearchPath: Equatable, Sendable {
  /// The directories, the first of which wins; each holds models as directories or files.
  public var directories: [String]

  /// The cache of a hub, whose repositories are found as `ORG/NAME` after everything else.
  public var hubCache: HubCache?

  /// Creates a path of `directories`.
  public init(directories: [String], hubCache: HubCache? = nil) {
    self.directories = directories
    self.hubCache = hubCache
  }

  /// Creates the path of a program.
  ///
  /// It holds, in this order:
  ///
  /// 1. the directories in `$UNMASK_MODELS`, separated by colons;
  /// 2. `models` beside the executable, and in the checkout it was built in, whatever the build
  ///    folder is called;
  /// 3. `PREFIX/share/unmask/models` when the executable is in `PREFIX/bin`;
  /// 4. `$XDG_DATA_HOME/unmask/models`, by default `~/.local/share/unmask/models`;
  /// 5. `models` in the working directory;
  /// 6. the cache of the hub, for names `ORG/NAME`.
  ///
  /// - Parameters:
  ///   - environment: The environment variables.
  ///   - executable: The absolute path of the executable; `nil` when it is not known.
  public init(environment: [String: String], executable: String?) {
    self.init(
      named: "models", variable: "UNMASK_MODELS", environment: environment, executable: executable)
    hubCache = HubCache(environment: environment)
  }

  private init(
    named name: String, variable: String, environment: [String: String], executable: String?
  ) {
    directories = []
    for directory in environment[variable, default: ""].split(separator: ":") {
      append(String(directory))
    }
    if let executable { append(name, besides: executable) }
    if let data = ModelStore.dataDirectory(environment) { append(data + "/unmask/" + name) }
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

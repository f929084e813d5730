public import Foundation

/// Tiny models that came with the tests, and what the published code computes for them.
public enum Fixture {
  private static let package =
    URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL

  /// The folder of all models.
  public static let root = package.appending(path: "Tests/ModelsTests/Fixtures")

  /// The model that comes with the program.
  public static let bundledModel = package.appending(path: "models/closed-world-3m").path

  /// Returns the path of a fixture, such as `smdm/tiny-a/config.json`.
  public static func path(_ name: String) -> String { root.appending(path: name).path }

  /// Returns the contents of a fixture.
  public static func data(_ name: String) throws -> Data {
    try Data(contentsOf: root.appending(path: name))
  }
}

/// A folder for the files of one test, deleted with the value.
public final class ScratchDirectory: Sendable {
  /// The path of the folder.
  public let path: String

  /// Creates an empty folder.
  public init() throws {
    path = NSTemporaryDirectory() + "unmask-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes `contents` to a file called `name` and returns its path.
  @discardableResult
  public func file(_ name: String, _ contents: some Sequence<UInt8> = []) throws -> String {
    let file = "\(path)/\(name)"
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(contents).write(to: URL(filePath: file))
    return file
  }

  /// Copies a fixture and returns the path of the copy.
  @discardableResult
  public func copy(_ fixture: String, as name: String) throws -> String {
    try file(name, Fixture.data(fixture))
  }
}

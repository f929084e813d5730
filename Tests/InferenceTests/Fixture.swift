import Foundation

/// Files that came with the tests.
enum Fixture {
  /// The folder of all fixtures.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

  /// The model that comes with the program.
  static let bundledModel =
    URL(filePath: #filePath).appending(path: "../../../models/closed-world-3m")
    .standardizedFileURL.path

  /// Returns the path of a fixture, such as `smdm/tiny-a/config.json`.
  static func path(_ name: String) -> String { root.appending(path: name).path }

  /// Returns the contents of a fixture.
  static func data(_ name: String) throws -> Data {
    try Data(contentsOf: root.appending(path: name))
  }
}

/// A folder for the files of one test, deleted with the value.
final class ScratchDirectory {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "unmask-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes `contents` to a file called `name` and returns its path.
  @discardableResult
  func file(_ name: String, _ contents: some Sequence<UInt8> = []) throws -> String {
    let file = "\(path)/\(name)"
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(contents).write(to: URL(filePath: file))
    return file
  }

  /// Copies a fixture and returns the path of the copy.
  @discardableResult
  func copy(_ fixture: String, as name: String) throws -> String {
    try file(name, Fixture.data(fixture))
  }
}

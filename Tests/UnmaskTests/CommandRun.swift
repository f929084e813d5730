import Foundation

/// A run of the built executable.
struct CommandRun {
  /// The exit status.
  let status: Int32
  /// What it wrote to standard output.
  let output: String
  /// What it wrote to standard error.
  let errors: String

  /// The executable stands beside the bundle of the tests.
  static let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "unmask")

  /// The root of the package.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Runs `unmask` with `arguments` and waits until it ends.
  init(
    _ arguments: String..., input: String = "", environment: [String: String] = [:]
  ) throws {
    try self.init(arguments: arguments, input: input, environment: environment)
  }

  /// Runs `unmask` with `arguments` and waits until it ends.
  init(
    arguments: [String], input: String = "", environment: [String: String] = [:]
  ) throws {
    let process = Self.process(arguments, environment: environment)
    let scratch = try ScratchDirectory()
    try input.write(toFile: scratch.path("input"), atomically: false, encoding: .utf8)
    for name in ["output", "errors"] {
      try scratch.file(name, "")
    }
    process.standardInput = FileHandle(forReadingAtPath: scratch.path("input"))
    process.standardOutput = FileHandle(forWritingAtPath: scratch.path("output"))
    process.standardError = FileHandle(forWritingAtPath: scratch.path("errors"))
    try process.run()
    process.waitUntilExit()
    status = process.terminationStatus
    output = try String(contentsOfFile: scratch.path("output"), encoding: .utf8)
    errors = try String(contentsOfFile: scratch.path("errors"), encoding: .utf8)
  }

  /// A process of the executable that is not running yet, in an environment that hides the user's.
  static func process(
    _ arguments: [String], environment: [String: String] = [:]
  ) -> Process {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = root
    let standard = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"]
    process.environment = standard.merging(environment) { $1 }
    return process
  }

  /// The output as JSON.
  func json() throws -> JSONObject {
    let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
    return JSONObject(value: value)
  }
}

/// A JSON value that can be looked into.
struct JSONObject {
  let value: Any?

  subscript(name: String) -> JSONObject { JSONObject(value: (value as? [String: Any])?[name]) }
  subscript(index: Int) -> JSONObject {
    let array = value as? [Any] ?? []
    return JSONObject(value: array.indices.contains(index) ? array[index] : nil)
  }

  var string: String? { value as? String }
  var integer: Int? { (value as? NSNumber)?.intValue }
  var double: Double? { (value as? NSNumber)?.doubleValue }
  var integers: [Int]? { (value as? [NSNumber])?.map(\.intValue) }
  var elements: [JSONObject] { (value as? [Any] ?? []).map { JSONObject(value: $0) } }
  var isNull: Bool { value is NSNull }
}

/// A directory for the files of one test, deleted with the value.
final class ScratchDirectory {
  private let directory: String

  init() throws {
    directory = NSTemporaryDirectory() + "unmask-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  /// The path of the file called `name`.
  func path(_ name: String) -> String { "\(directory)/\(name)" }

  /// Writes `text` to the file called `name` and returns its path.
  @discardableResult
  func file(_ name: String, _ text: String) throws -> String {
    try text.write(toFile: path(name), atomically: false, encoding: .utf8)
    return path(name)
  }
}

/// Tiny models and what the published code computes for them; they are the fixtures of the engine.
enum Fixture {
  /// Returns the path of a fixture, such as `smdm/tiny-a`.
  static func path(_ name: String) -> String {
    let tests = name.hasPrefix("tokenizer/") ? "TokenizersTests" : "ModelsTests"
    let file = name.hasPrefix("tokenizer/") ? String(name.dropFirst("tokenizer/".count)) : name
    return CommandRun.root.appending(path: "Tests/\(tests)/Fixtures/\(file)").path
  }

  /// Returns the JSON in a fixture.
  static func json(_ name: String) throws -> JSONObject {
    let data = try Data(contentsOf: URL(filePath: path(name)))
    return JSONObject(value: try JSONSerialization.jsonObject(with: data))
  }
}

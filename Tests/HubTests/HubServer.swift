import Foundation
import _TestSupport

/// A hub on this machine that misbehaves as a test asks for.
final class HubServer {
  let scratch: ScratchDirectory
  private let process = Process()
  private let input = Pipe()
  let port: Int

  /// Starts the server; a Python without anything installed runs it.
  init() throws {
    scratch = try ScratchDirectory()
    try FileManager.default.createDirectory(
      atPath: scratch.path + "/hub", withIntermediateDirectories: true)
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "hub_server.py").path
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", script, scratch.path + "/hub"]
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  var address: String { "http://127.0.0.1:\(port)" }

  /// Puts a file into a repository.
  func file(_ name: String, _ contents: [UInt8], in repository: String = "org/model") throws {
    try scratch.file("hub/\(repository)/\(name)", contents)
  }

  /// Says how requests for a file are answered, the last fault for ever.
  func faults(_ faults: [String: [String]], of repository: String = "org/model") throws {
    var all: [String: [String]] = [:]
    for (file, list) in faults {
      all[file.hasPrefix("/") ? file : "/\(repository)/resolve/main/\(file)"] = list
    }
    try scratch.file("hub/faults.json", JSONEncoder().encode(all))
  }

  /// What was asked for, one line a request.
  var requests: [String] {
    let log =
      (try? String(contentsOfFile: scratch.path + "/hub/requests.log", encoding: .utf8)) ?? ""
    return log.split(separator: "\n").map(String.init)
  }
}

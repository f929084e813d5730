import Foundation
import _TestSupport

/// A hub on this machine that misbehaves as a test asks for.
///
/// One process serves the hubs of all tests; each has a folder, and an address, of its own.
final class HubServer {
  /// What a test puts somewhere; its hub lies in the process's folder.
  let scratch: ScratchDirectory
  private let name = UUID().uuidString
  private let process: HubProcess

  /// Opens a hub without repositories.
  init() throws {
    scratch = try ScratchDirectory()
    process = try HubProcess.shared.get()
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private var folder: String { process.scratch.path + "/" + name }

  var address: String { "http://127.0.0.1:\(process.port)/\(name)" }

  /// Puts a file into the hub's folder.
  func put(_ path: String, _ contents: [UInt8] = []) throws {
    try process.scratch.file("\(name)/\(path)", contents)
  }

  /// Puts a file into a repository.
  func file(_ name: String, _ contents: [UInt8], in repository: String = "org/model") throws {
    try put("\(repository)/\(name)", contents)
  }

  /// Says how requests for a file are answered, the last fault for ever.
  func faults(_ faults: [String: [String]], of repository: String = "org/model") throws {
    var all: [String: [String]] = [:]
    for (file, list) in faults {
      all[file.hasPrefix("/") ? file : "/\(repository)/resolve/main/\(file)"] = list
    }
    try put("faults.json", Array(JSONEncoder().encode(all)))
  }

  /// What was asked for, one line a request.
  var requests: [String] {
    let log = (try? String(contentsOfFile: folder + "/requests.log", encoding: .utf8)) ?? ""
    return log.split(separator: "\n").map(String.init)
  }
}

/// The process that serves the hubs; a Python without anything installed runs it.
///
/// It ends with its standard input, that is, with the tests.
private final class HubProcess: Sendable {
  static let shared = Result { try HubProcess() }

  let scratch: ScratchDirectory
  let port: Int
  private let input: Pipe

  private init() throws {
    scratch = try ScratchDirectory()
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "hub_server.py").path
    let process = Process(), output = Pipe()
    input = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", script, scratch.path]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
  }
}

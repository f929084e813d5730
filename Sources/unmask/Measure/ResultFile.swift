import FoundationEssentials
import Glibc
import JSON
import Models

/// A line of a file of results.
protocol ResultRecord {
  /// The line.
  var json: JSON { get }
  /// Reads what ``json`` wrote; `nil` when it is something else, or was cut off.
  init?(_ value: JSONValue)
}

/// Results as they come, so that a run that was killed goes on where it was.
///
/// The first line says what the results depend on; a line that was cut off does not count.
final class ResultFile<Record: ResultRecord> {
  /// What a run before this one found.
  private(set) var records: [Record] = []
  /// The path.
  let path: String

  private let file: OutputStream
  private let isKept: Bool

  /// Opens or creates the file at `path`.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - header: What the results depend on.
  ///   - isKept: Whether the file stays when all is done.
  /// - Throws: ``FileError``; also when the file holds something else, which is left alone.
  init(_ path: String, header: JSON, isKept: Bool) throws(FileError) {
    self.path = path
    self.isKept = isKept
    var kept = header.text + "\n"
    if WholeFile.kind(of: path) != .nothing {
      let bytes = try WholeFile.bytes(of: path)
      let lines = bytes.split(separator: UInt8(ascii: "\n"))
      if let first = lines.first, !first.elementsEqual(header.text.utf8) {
        throw FileError(
          path, "holds results of another model, file or setting, or something else altogether")
      }
      for line in lines.dropFirst() {
        guard let value = try? JSONParser.parse(Array(line)), let record = Record(value) else {
          continue
        }
        records.append(record)
        kept += String(decoding: line, as: UTF8.self) + "\n"
      }
    }
    try WholeFile.write(kept, to: path)
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path, "cannot be written", errno: errno) }
    file = OutputStream(descriptor: descriptor, name: path)
  }

  deinit { close(file.descriptor) }

  /// Adds `records`.
  ///
  /// - Throws: ``FileError``.
  func append(_ records: [Record]) throws(FileError) {
    try file.write(records.map { $0.json.text + "\n" }.joined())
  }

  /// Removes the file unless the user named it.
  func finish() { if !isKept { unlink(path) } }

  /// Returns the file for results that the user gave no place for.
  ///
  /// - Parameters:
  ///   - header: What the results depend on; other results have another file.
  ///   - folder: The directory of results of this sort.
  /// - Returns: The path, in a directory that exists; `nil` when there is no home for it.
  static func path(for header: JSON, in folder: String) -> String? {
    let name = Checksum(of: header.text.utf8).description
    let state: String
    if let given = TerminalTraits.variable("XDG_STATE_HOME"), given.hasPrefix("/") {
      state = given
    } else if let home = TerminalTraits.variable("HOME"), home.hasPrefix("/"),
      WholeFile.kind(of: home) == .directory
    {
      state = home + "/.local/state"
    } else {
      return nil
    }
    let directory = state + "/unmask/" + folder
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
    } catch {
      return nil
    }
    return "\(directory)/\(name).jsonl"
  }
}

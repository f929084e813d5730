import FoundationEssentials
import Glibc
import Models
import PlaygroundUI

/// The lessons that come with the program and those of the user, and which of them are done.
enum LessonShelf {
  /// The end of the names of lessons.
  static let suffix = ".lesson"

  /// The directories lessons are looked for in, the first of which wins.
  static var directories: [String] {
    ModelSearchPath.directories(named: "lessons", variable: "UNMASK_LESSONS")
  }

  /// Returns every lesson that can be read, by name; what cannot is left to `learn --check`.
  static func lessons() -> [Lesson] {
    var found: [String: Lesson] = [:]
    for directory in directories {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      for file in names where file.hasSuffix(suffix) {
        let name = String(file.dropLast(suffix.count))
        guard found[name] == nil, let reader = try? read("\(directory)/\(file)"),
          reader.problems.isEmpty
        else { continue }
        found[name] = reader.lesson
      }
    }
    return found.values.sorted { $0.name < $1.name }
  }

  /// Reads the lesson at `path`; where the names of the models there are are given, others are mistakes.
  ///
  /// - Throws: ``FileError``.
  static func read(_ path: String, models: [String]? = nil) throws(FileError) -> LessonReader {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let name = file.hasSuffix(suffix) ? String(file.dropLast(suffix.count)) : file
    return LessonReader(
      String(decoding: try WholeFile.bytes(of: path), as: UTF8.self), name: name, models: models)
  }

  // MARK: Progress

  /// The file that says which lessons are done; `nil` when there is no home.
  static var progressPath: String? {
    if let state = TerminalTraits.variable("XDG_STATE_HOME"), state.hasPrefix("/") {
      return state + "/unmask/lessons.txt"
    }
    guard let home = TerminalTraits.variable("HOME"), home.hasPrefix("/") else { return nil }
    return home + "/.local/state/unmask/lessons.txt"
  }

  /// The names of the lessons that are done.
  static func finished() -> [String] {
    guard let path = progressPath, WholeFile.kind(of: path) != .nothing,
      let bytes = try? WholeFile.bytes(of: path)
    else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Writes the names of the lessons that are done, making the directory.
  ///
  /// - Throws: ``FileError``.
  static func saveFinished(_ names: [String]) throws(FileError) {
    guard let path = progressPath else { return }
    let directory = path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch { throw FileError(directory, "cannot be made") }
    try WholeFile.write(names.map { $0 + "\n" }.joined(), to: path)
  }
}

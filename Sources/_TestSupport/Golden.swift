import Foundation

/// Compares text with a file beside the tests.
///
/// With `RECORD_GOLDEN=1` in the environment the file is written and the comparison fails, so that
/// a recording run never passes.
public enum Golden {
  /// Compares `actual` with the file `name`, a path relative to the folder of the test source.
  ///
  /// - Throws: ``GoldenError`` when the texts differ, the file is missing, or it was just recorded.
  public static func compare(
    _ actual: String, with name: String, testFile: String = #filePath
  ) throws {
    let folder = testFile.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let path = folder.joined(separator: "/") + "/" + name
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
      try FileManager.default.createDirectory(
        atPath: path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
          .joined(separator: "/"), withIntermediateDirectories: true)
      try Data(actual.utf8).write(to: URL(fileURLWithPath: path))
      throw GoldenError.recorded(path: path)
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw GoldenError.missing(path: path)
    }
    let expected = String(decoding: data, as: UTF8.self)
    guard Array(expected.utf8) != Array(actual.utf8) else { return }
    throw GoldenError.different(path: path, lines: differingLines(expected, actual))
  }

  /// The lines that differ, as in a patch but without context; at most forty.
  static func differingLines(_ expected: String, _ actual: String) -> String {
    let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let new = actual.split(separator: "\n", omittingEmptySubsequences: false)
    var lines: [String] = []
    for index in 0..<max(old.count, new.count) {
      let before = index < old.count ? old[index] : nil
      let after = index < new.count ? new[index] : nil
      guard before.map({ Array($0.utf8) }) != after.map({ Array($0.utf8) }) else { continue }
      if let before { lines.append("\(index + 1) - \(before)") }
      if let after { lines.append("\(index + 1) + \(after)") }
    }
    return lines.prefix(40).joined(separator: "\n")
  }
}

/// Why a text is not what its golden file says.
public enum GoldenError: Error, Equatable, CustomStringConvertible {
  /// There is no such file yet.
  case missing(path: String)
  /// The file was written; look at it, then run again without recording.
  case recorded(path: String)
  /// The texts differ in these lines.
  case different(path: String, lines: String)

  /// The cause in one sentence, and the lines.
  public var description: String {
    switch self {
    case .missing(let path): "\(path) does not exist; RECORD_GOLDEN=1 writes it"
    case .recorded(let path): "\(path) was recorded; run again without RECORD_GOLDEN"
    case .different(let path, let lines): "\(path) differs (- expected, + found):\n\(lines)"
    }
  }
}

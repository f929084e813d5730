import FoundationEssentials
import PlaygroundUI

/// The settings file: written only when the user asks for it.
enum PreferencesFile {
  /// The directory of this user's files; `nil` when there is no home.
  static var directory: String? {
    if let config = TerminalTraits.variable("XDG_CONFIG_HOME"), config.hasPrefix("/") {
      return config + "/unmask"
    }
    guard let home = TerminalTraits.variable("HOME"), home.hasPrefix("/") else { return nil }
    return home + "/.config/unmask"
  }

  /// The file of this user; `nil` when there is no home.
  static var path: String? { directory.map { $0 + "/settings.json" } }

  /// Reads the preferences at `path`.
  ///
  /// - Returns: The preferences; `nil` when there is no file.
  /// - Throws: ``FileError``.
  static func read(_ path: String) throws(FileError) -> Preferences? {
    guard WholeFile.kind(of: path) != .nothing else { return nil }
    var bytes = try WholeFile.bytes(of: path)[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }  // Windows editors
    let data = Data(bytes)
    do {
      return try JSONDecoder().decode(Preferences.self, from: data)
    } catch {
      throw FileError(path, "is not used: \(problem(error))")
    }
  }

  private static func problem(_ error: any Error) -> String {
    switch error {
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context), DecodingError.keyNotFound(_, let context):
      let name = context.codingPath.map(\.stringValue).joined(separator: ".")
      return name.isEmpty ? "no JSON object" : "'\(name)' has a value that makes no sense"
    default: return "no JSON object"
    }
  }

  /// Writes `preferences` to `path`, making its directory.
  ///
  /// - Throws: ``FileError``.
  static func write(_ preferences: Preferences, to path: String) throws(FileError) {
    let directory = path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw FileError(directory, "cannot be made")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    guard let data = try? encoder.encode(preferences) else {
      throw FileError(path, "cannot be written as JSON")
    }
    try WholeFile.write(String(decoding: data, as: UTF8.self) + "\n", to: path)
  }
}

import JSON

/// Texts in a file, one a line.
enum TextLines {
  /// The lines of the file at `path`, those that are JSON strings decoded; `-` is standard input.
  ///
  /// Empty lines at the
  /// end are left out.
  static func texts(of path: String) throws(FileError) -> [String] {
    var lines = try InputFile.text(of: path).split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" })
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { line in
      guard line.hasPrefix("\""), case .string(let text) = try? JSONParser.parse(Array(line.utf8))
      else { return String(line) }
      return text
    }
  }
}

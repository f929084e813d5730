import PlaygroundUI

/// Text broken into lines at blanks.
enum Paragraph {
  /// The columns that every terminal has.
  static let width = 80

  /// Returns `text` in lines of at most `width` columns; a longer word has a line to itself.
  ///
  /// - Parameters:
  ///   - text: Free of control characters; line breaks stay.
  ///   - indent: What every line begins with.
  ///   - width: The columns.
  /// - Returns: The lines, each with a line break.
  static func wrapped(_ text: String, indent: String = "", width: Int = width) -> String {
    var result = ""
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ") {
        let columns =
          CharacterWidth.width(of: indent) + CharacterWidth.width(of: line)
          + CharacterWidth.width(of: String(word)) + 1
        if !line.isEmpty, columns > width {
          result += indent + line + "\n"
          line = ""
        }
        line += (line.isEmpty ? "" : " ") + word
      }
      result += indent + line + "\n"
    }
    return result
  }
}

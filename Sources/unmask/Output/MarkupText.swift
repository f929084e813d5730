/// Text inside documents of markup.
enum MarkupText {
  /// Returns `text` with everything spelled out that would be taken for markup, or that browsers refuse.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n": result += "\n"
      default:
        // Browsers refuse most control characters.
        if scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) {
          result += "\u{FFFD}"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }
}

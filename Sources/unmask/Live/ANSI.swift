package import PlaygroundUI

/// Writes styled text with the escape sequences every terminal of the last decades knows.
package struct ANSIWriter: Sendable {
  private let theme: Theme
  private let usesStyles: Bool

  /// Creates a writer; without `usesStyles` it writes text alone.
  package init(theme: Theme, usesStyles: Bool) {
    self.theme = theme
    self.usesStyles = usesStyles
  }

  /// Returns a line, coloured by role; the style is reset at its end.
  package func text(of line: [StyledText.Element]) -> String {
    var text = ""
    var current = Style()
    for element in line {
      let style = theme.style(for: element.role)
      if usesStyles, style != current {
        text += Self.sequence(for: style)
        current = style
      }
      text.append(element.grapheme.character)
    }
    return current == Style() ? text : text + "\u{1B}[0m"
  }

  /// Returns `text`, which must be safe to draw, in the style of `role`.
  package func text(_ text: String, role: StyleRole) -> String {
    guard usesStyles, theme.style(for: role) != Style() else { return text }
    return Self.sequence(for: theme.style(for: role)) + text + "\u{1B}[0m"
  }

  private static func sequence(for style: Style) -> String {
    var codes = ["0"]
    let attributes: [(Style.Attributes, String)] = [
      (.bold, "1"), (.dim, "2"), (.italic, "3"), (.underline, "4"), (.reverse, "7"),
    ]
    for (attribute, code) in attributes where style.attributes.contains(attribute) {
      codes.append(code)
    }
    if let color = style.foreground { codes.append(code(for: color, base: 30)) }
    if let color = style.background { codes.append(code(for: color, base: 40)) }
    return "\u{1B}[\(codes.joined(separator: ";"))m"
  }

  private static func code(for color: ThemeColor, base: Int) -> String {
    if case .basic(let basic) = color { return "\(base + Int(basic.rawValue))" }
    return "\(base + 8);5;\(color.index256)"
  }
}

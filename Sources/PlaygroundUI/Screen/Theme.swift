/// What each role looks like, and on which background.
public struct Theme: Equatable, Sendable, CustomStringConvertible {
  /// The name under which the user chooses the theme.
  public let name: String

  /// What the theme expects the terminal's text to look like; for pictures made from screens.
  public let foreground: ThemeColor

  /// What the theme expects the terminal's background to look like; for pictures made from screens.
  public let background: ThemeColor

  private let styles: [Style]

  /// The name.
  public var description: String { name }

  /// Creates a theme from the style of each role.
  public init(
    name: String, foreground: ThemeColor, background: ThemeColor,
    style: (_ role: StyleRole) -> Style
  ) {
    self.name = name
    self.foreground = foreground
    self.background = background
    styles = StyleRole.allCases.map(style)
  }

  /// Returns what a role looks like.
  public func style(for role: StyleRole) -> Style { styles[Int(role.rawValue)] }

  /// The themes a user can choose, by name.
  public static let all: [Theme] = [.dark, .light, .monochrome]

  /// Returns the theme to use on a terminal with `colorCount` colours (0 = none).
  ///
  /// With fewer than 256 colours the terminal's own eight take the place of the palette; without
  /// colours attributes and symbols tell the roles apart.
  public func adapted(toColorCount colorCount: Int) -> Theme {
    switch colorCount {
    case 256...: self
    case 8...: self == .dark ? .basicDark : self == .light ? .basicLight : self
    default: .monochrome
    }
  }
}

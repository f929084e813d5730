internal import CNcurses
package import PlaygroundUI

/// What each role looks like on one terminal: colour numbers and attribute bits.
package struct StyleTable {
  /// The style of one role, as curses takes it.
  package struct Entry: Equatable {
    /// The number of a colour, −1 for the terminal's own.
    package var foreground: Int32
    /// The number of a colour, −1 for the terminal's own.
    package var background: Int32
    /// Bits such as `cn_bold`.
    package var attributes: UInt8
  }

  private let entries: [Entry]

  /// Looks a theme up for a terminal with `colorCount` colours.
  package init(theme: Theme, colorCount: Int) {
    let theme = theme.adapted(toColorCount: colorCount)
    entries = StyleRole.allCases.map { role in
      let style = theme.style(for: role)
      return Entry(
        foreground: Self.number(of: style.foreground, colorCount: colorCount),
        background: Self.number(of: style.background, colorCount: colorCount),
        attributes: Self.bits(of: style.attributes))
    }
  }

  package subscript(role: StyleRole) -> Entry { entries[Int(role.rawValue)] }

  private static func number(of color: ThemeColor?, colorCount: Int) -> Int32 {
    switch color {
    case nil: -1
    case .basic(let basic): Int32(basic.rawValue)
    // Terminals with direct colour take the channels themselves, but still count from 0 to 7.
    case .rgb(let red, let green, let blue) where colorCount >= 1 << 24:
      max(8, Int32(red) << 16 | Int32(green) << 8 | Int32(blue))
    case .some(let color): Int32(color.index256)
    }
  }

  private static func bits(of attributes: Style.Attributes) -> UInt8 {
    let pairs: [(Style.Attributes, Int)] = [
      (.bold, cn_bold), (.dim, cn_dim), (.underline, cn_underline), (.reverse, cn_reverse),
      (.italic, cn_italic),
    ]
    return pairs.reduce(0) { $0 | (attributes.contains($1.0) ? UInt8($1.1) : 0) }
  }
}

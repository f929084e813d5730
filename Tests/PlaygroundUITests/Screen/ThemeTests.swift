import PlaygroundUI
import Testing

@Suite struct ThemeTests {
  static let colorCounts = [0, 8, 16, 256, 16_777_216]

  @Test("no two roles look alike without another sign", arguments: Theme.all, colorCounts)
  func rolesAreTold(theme: Theme, colorCount: Int) {
    let theme = theme.adapted(toColorCount: colorCount)
    for symbols in [Symbols.unicode, .ascii] {
      var seen: [String: StyleRole] = [:]
      for role in StyleRole.allCases {
        let sign = "\(theme.style(for: role)) \(symbols.marker(for: role).map(String.init) ?? "")"
        #expect(seen[sign] == nil, "\(role) looks like the other")
        seen[sign] = role
      }
    }
  }

  @Test func withoutColoursNoStyleHasAny() {
    for theme in Theme.all {
      for role in StyleRole.allCases {
        let style = theme.adapted(toColorCount: 0).style(for: role)
        #expect(style.foreground == nil && style.background == nil)
      }
    }
  }

  @Test func eightColoursAreEnoughForTheBasicThemes() {
    for theme in Theme.all {
      for role in StyleRole.allCases {
        let style = theme.adapted(toColorCount: 8).style(for: role)
        for case .some(.rgb) in [style.foreground, style.background] {
          Issue.record("\(theme.name) \(role) is not a basic colour")
        }
      }
    }
  }

  @Test("text can be read on its background", arguments: [Theme.dark, .light])
  func contrast(theme: Theme) {
    // What stands back on purpose needs less: shapes and text that is not to be read first.
    let quiet: Set<StyleRole> = [.border, .masked, .ghost, .afterEnd, .track, .barAlternate]
    for role in StyleRole.allCases {
      let style = theme.style(for: role)
      let contrast = contrastRatio(
        style.foreground ?? theme.foreground, style.background ?? theme.background)
      #expect(contrast >= (quiet.contains(role) ? 1.8 : 3.9), "\(role): \(contrast)")
    }
  }

  @Test("the faintest mask can be seen from the last row", arguments: [Theme.dark, .light])
  func contrastOfMasks(theme: Theme) {
    for role in StyleRole.fog + [.masked, .ghost, .next, .other, .remasked, .afterEnd] {
      let style = theme.style(for: role)
      let contrast = contrastRatio(
        style.foreground ?? theme.foreground, style.background ?? theme.background)
      #expect(contrast >= 3, "\(role): \(contrast)")
    }
  }

  @Test(
    "levels of sureness are told apart by every kind of colour vision",
    arguments: [Theme.dark, .light])
  func levelsForColourBlindEyes(theme: Theme) {
    let shown = StyleRole.levels.map { theme.style(for: $0).foreground ?? theme.foreground }
    for vision in Vision.allCases {
      let seen = shown.map { vision.seen(linear($0)) }
      for first in seen.indices {
        for second in seen.indices where second > first {
          let distance = zip(seen[first], seen[second]).map { ($0 - $1) * ($0 - $1) }
            .reduce(0, +).squareRoot()
          #expect(distance > 0.05, "\(vision): level \(first + 1) and \(second + 1)")
        }
      }
    }
  }

  @Test(
    "colours find their nearest among 256",
    arguments: [
      (ThemeColor.hex(0x000000), 16), (.hex(0xFFFFFF), 231), (.hex(0xFF0000), 196),
      (.hex(0x5F87AF), 67), (.hex(0x808080), 244), (.hex(0x121212), 233), (.hex(0xE69F00), 178),
      (.basic(.cyan), 6),
    ] as [(ThemeColor, UInt8)])
  func nearest(color: ThemeColor, index: UInt8) {
    #expect(color.index256 == index)
  }

  /// The channels of the nearest of 256 colours, proportional to light.
  private func linear(_ color: ThemeColor) -> [Double] {
    let index = Int(color.index256)
    let levels = [0, 95, 135, 175, 215, 255]
    let channels =
      index >= 232
      ? Array(repeating: 8 + 10 * (index - 232), count: 3)
      : [(index - 16) / 36, (index - 16) / 6 % 6, (index - 16) % 6].map { levels[$0] }
    return channels.map { channel in
      let value = Double(channel) / 255
      // Within 0.02 of the sRGB curve, without its power function.
      return value * value * (0.8 + 0.2 * value)
    }
  }

  private func contrastRatio(_ first: ThemeColor, _ second: ThemeColor) -> Double {
    let weights = [0.2126, 0.7152, 0.0722]
    let luminance = [first, second].map { zip(linear($0), weights).reduce(0) { $0 + $1.0 * $1.1 } }
    return (max(luminance[0], luminance[1]) + 0.05) / (min(luminance[0], luminance[1]) + 0.05)
  }

  /// Kinds of colour vision, simulated on linear channels.
  ///
  /// Viénot, Brettel and Mollon, “Digital video colourmaps for checking the legibility of displays
  /// by dichromats”, 1999; the last of the same form for blue-blindness.
  enum Vision: CaseIterable {
    case trichromat, protanope, deuteranope, tritanope

    func seen(_ rgb: [Double]) -> [Double] {
      rows.map { row in zip(row, rgb).reduce(0) { $0 + $1.0 * $1.1 } }
    }

    private var rows: [[Double]] {
      switch self {
      case .trichromat: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
      case .protanope: [[0.112, 0.888, 0], [0.112, 0.888, 0], [0.004, -0.004, 1]]
      case .deuteranope: [[0.293, 0.707, 0], [0.293, 0.707, 0], [-0.021, 0.021, 1]]
      case .tritanope: [[1, 0.15, -0.15], [0, 0.86, 0.14], [0, 0.86, 0.14]]
      }
    }
  }
}

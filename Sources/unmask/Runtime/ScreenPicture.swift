package import PlaygroundUI

/// A screen as a picture, in the colours of a theme.
///
/// Blocks, bars and lines are drawn as shapes, so that they meet whatever font the viewer has.
package struct ScreenPicture {
  private let screen: Screen
  private let theme: Theme

  private static let cellWidth = 9.0
  private static let cellHeight = 19.0
  private static let margin = 12.0
  private static let fontSize = 15.0
  /// From the top of a cell to the line letters stand on.
  private static let baseline = 14.5

  /// Creates the picture of a screen.
  package init(_ screen: Screen, theme: Theme) {
    self.screen = screen
    self.theme = theme
  }

  /// The picture as SVG.
  package var svg: String {
    svg(
      containing: (0..<screen.size.rows).map { row in
        runs(of: row).map { markup(of: $0, row) }.joined()
      }.joined())
  }

  /// A picture of the screen's size with some shapes in it.
  func svg(containing shapes: String) -> String {
    let width = Double(screen.size.columns) * Self.cellWidth + 2 * Self.margin
    let height = Double(screen.size.rows) * Self.cellHeight + 2 * Self.margin
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" \
      width="\(width)" height="\(height)" \
      font-family="'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="\(Self.fontSize)">
      <rect width="100%" height="100%" rx="8" fill="\(Self.text(of: theme.background))"/>
      \(shapes)</svg>

      """
  }

  /// Cells beside each other that are drawn in one go.
  struct Run: Hashable {
    var column: Int
    var width: Int
    var text: String
    var role: StyleRole
  }

  /// The shapes of a run; empty where nothing is to be seen.
  func markup(of run: Run, _ row: Int) -> String {
    let behind = background(of: run.role).map { rectangle(run, row, fill: $0) } ?? ""
    guard run.text.contains(where: { $0 != " " }) else { return behind }
    return behind + (shape(of: run, row) ?? text(of: run, row))
  }

  /// Letters of ASCII with one role make a run, and so do shapes that look the same side by side;
  /// everything else stands alone, because no two fonts agree about its width.
  func runs(of row: Int) -> [Run] {
    var runs: [Run] = []
    for (column, cell) in screen.row(row).enumerated() where !cell.isContinuation {
      let isPlain = cell.character.isASCII
      if let last = runs.last, last.role == cell.role, let before = last.text.last,
        isPlain ? before.isASCII : before == cell.character && Self.joins(before)
      {
        runs[runs.count - 1].text.append(cell.character)
        runs[runs.count - 1].width += 1
      } else {
        runs.append(
          Run(
            column: column, width: max(1, Int(cell.width)), text: String(cell.character),
            role: cell.role))
      }
    }
    return runs
  }

  // MARK: Shapes

  private func rectangle(
    _ run: Run, _ row: Int, left: Double = 0, top: Double = 0, right: Double = 1,
    bottom: Double = 1, fill: String, opacity: Double = 1
  ) -> String {
    let width = Double(run.width) * Self.cellWidth
    let x = Self.margin + Double(run.column) * Self.cellWidth + left * width
    let y = Self.margin + (Double(row) + top) * Self.cellHeight
    return "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\""
      + " width=\"\(Self.number((right - left) * width))\""
      + " height=\"\(Self.number((bottom - top) * Self.cellHeight))\""
      + " fill=\"\(fill)\"\(opacity < 1 ? " fill-opacity=\"\(opacity)\"" : "")/>\n"
  }

  private static let shades: [Character: Double] = ["░": 0.3, "▒": 0.5, "▓": 0.75]
  private static let leftBlocks = Array("▏▎▍▌▋▊▉█")
  private static let lowerBlocks = Array("▁▂▃▄▅▆▇█")
  /// Which arms a line has: left, right, up, down.
  private static let lines: [Character: [Bool]] = [
    "─": [true, true, false, false], "│": [false, false, true, true],
    "┌": [false, true, false, true], "┐": [true, false, false, true],
    "└": [false, true, true, false], "┘": [true, false, true, false],
    "├": [false, true, true, true],
  ]

  /// Whether a shape reaches from one edge of its cell to the other.
  private static func joins(_ character: Character) -> Bool {
    shades[character] != nil || lowerBlocks.contains(character) || character == "─"
  }

  private func shape(of run: Run, _ row: Int) -> String? {
    guard let character = run.text.first, run.text.allSatisfy({ $0 == character }) else {
      return nil
    }
    let fill = foreground(of: run.role)
    if let opacity = Self.shades[character] {
      return rectangle(run, row, top: 0.08, bottom: 0.92, fill: fill, opacity: opacity)
    }
    if let eighths = Self.leftBlocks.firstIndex(of: character) {
      return rectangle(
        run, row, top: 0.15, right: Double(eighths + 1) / 8, bottom: 0.85, fill: fill)
    }
    if let eighths = Self.lowerBlocks.firstIndex(of: character) {
      return rectangle(run, row, top: 1 - Double(eighths + 1) / 8, fill: fill)
    }
    guard let arms = Self.lines[character] else { return nil }
    var shapes = ""
    let (x, y) = (0.06, 0.03)
    if arms[0] || arms[1] {
      shapes += rectangle(
        run, row, left: arms[0] ? 0 : 0.5 - x, top: 0.5 - y, right: arms[1] ? 1 : 0.5 + x,
        bottom: 0.5 + y, fill: fill)
    }
    if arms[2] || arms[3] {
      shapes += rectangle(
        run, row, left: 0.5 - x, top: arms[2] ? 0 : 0.5 - y, right: 0.5 + x,
        bottom: arms[3] ? 1 : 0.5 + y, fill: fill)
    }
    return shapes
  }

  private func text(of run: Run, _ row: Int) -> String {
    let attributes = theme.style(for: run.role).attributes
    let blanks = run.text.prefix { $0 == " " }.count
    let letters = String(run.text.dropFirst(blanks).reversed().drop { $0 == " " }.reversed())
    let x = Self.margin + Double(run.column + blanks) * Self.cellWidth
    let y = Self.margin + Double(row) * Self.cellHeight + Self.baseline
    let width = Double(letters.allSatisfy(\.isASCII) ? letters.count : run.width) * Self.cellWidth
    var style = ""
    if attributes.contains(.bold) { style += " font-weight=\"bold\"" }
    if attributes.contains(.italic) { style += " font-style=\"italic\"" }
    if attributes.contains(.dim) { style += " fill-opacity=\"0.6\"" }
    let line =
      attributes.contains(.underline)
      ? rectangle(
        run, row, left: Double(blanks) / Double(run.width), top: 0.86,
        right: min(1, (Double(blanks) + width / Self.cellWidth) / Double(run.width)), bottom: 0.91,
        fill: foreground(of: run.role)) : ""
    return line + "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\""
      + " textLength=\"\(Self.number(width))\" lengthAdjust=\"spacingAndGlyphs\""
      + " xml:space=\"preserve\" fill=\"\(foreground(of: run.role))\"\(style)>"
      + "\(Self.escaped(letters))</text>\n"
  }

  // MARK: Colours

  private func foreground(of role: StyleRole) -> String {
    let style = theme.style(for: role)
    let isReverse = style.attributes.contains(.reverse)
    return Self.text(
      of: isReverse ? style.background ?? theme.background : style.foreground ?? theme.foreground)
  }

  private func background(of role: StyleRole) -> String? {
    let style = theme.style(for: role)
    if style.attributes.contains(.reverse) {
      return Self.text(of: style.foreground ?? theme.foreground)
    }
    return style.background.map(Self.text)
  }

  /// What terminals usually show for the eight basic colours.
  private static let basic: [BasicColor: UInt32] = [
    .black: 0x000000, .red: 0xCD0000, .green: 0x00CD00, .yellow: 0xCDCD00, .blue: 0x0000EE,
    .magenta: 0xCD00CD, .cyan: 0x00CDCD, .white: 0xE5E5E5,
  ]

  private static func text(of color: ThemeColor) -> String {
    switch color {
    case .basic(let color): return text(of: .hex(basic[color] ?? 0))
    case .rgb(let red, let green, let blue):
      let digits = String(
        1 << 24 | UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue), radix: 16)
      return "#" + digits.dropFirst()
    }
  }

  private static func number(_ value: Double) -> String { fixed(value, 2) }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
  }
}

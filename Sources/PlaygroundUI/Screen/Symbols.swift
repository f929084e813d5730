/// The characters the interface draws with: a Unicode set and one for terminals without it.
///
/// Every symbol takes one cell unless its comment says otherwise.
public struct Symbols: Hashable, Sendable {
  /// Whether text may contain anything but ASCII.
  public let isUnicode: Bool

  /// One cell of a masked position.
  public let mask: Character
  /// One cell of a masked position by how sure the predictor is of it, from the least sure.
  public let fog: [Character]
  /// One cell of a masked position that is about to be kept.
  public let next: Character
  /// The same where there are no colours: told apart by its shape from a mask the predictor is sure of.
  public let nextUncolored: Character
  /// One cell of a masked position that a second strategy would keep.
  public let other: Character
  /// A newline in a text.
  public let newline: Character
  /// A tab in a text.
  public let tab: Character
  /// The end of a text.
  public let endOfText: Character
  /// A space that must be seen.
  public let space: Character
  /// Bytes that are no character, characters that do not exist or cannot be shown.
  public let replacement: Character
  /// A character without a shape of its own.
  public let invisible: Character
  /// A character that would change the direction of the text around it.
  public let direction: Character
  /// The sign for text that was cut.
  public let ellipsis: Character

  /// A horizontal line.
  public let horizontal: Character
  /// A vertical line.
  public let vertical: Character
  /// A light vertical line between panels.
  public let separator: Character
  /// The corners of a frame: top left, top right, bottom left, bottom right.
  public let corners: [Character]

  /// A step of a run.
  public let step: Character
  /// The step that is shown.
  public let currentStep: Character
  /// The line between two steps.
  public let link: Character
  /// Before a branch that has others below it; three cells.
  public let branch: String
  /// Before the last branch; three cells.
  public let lastBranch: String
  /// Beside a branch that goes on below; three cells.
  public let passingBranch: String

  /// An arrow to the left.
  public let left: Character
  /// An arrow to the right.
  public let right: Character
  /// An arrow up: more, or higher.
  public let up: Character
  /// An arrow down: less, or lower.
  public let down: Character
  /// The sign of a running or replayed run.
  public let play: Character
  /// The sign of a paused run.
  public let pause: Character
  /// The handle of a slider.
  public let knob: Character
  /// The edge of the panel that has the keyboard.
  public let focusBar: Character
  /// Before the candidate that stands in the text.
  public let check: Character
  /// Between the parts of a line of text.
  public let dot: Character

  /// Bars that fill a cell from the left, from the thinnest to the full one.
  public let bars: [Character]
  /// Bars that fill a cell from below, from the lowest to the full one.
  public let sparks: [Character]
}

extension Symbols {
  /// Box drawing, blocks and arrows.
  public static let unicode = Symbols(
    isUnicode: true, mask: "░", fog: Array("▁▂▄▆█"), next: "█", nextUncolored: "▓",
    other: "◆", newline: "⏎", tab: "⇥",
    endOfText: "∎", space: "·",
    replacement: "\u{FFFD}", invisible: "◌", direction: "⇄", ellipsis: "…", horizontal: "─",
    vertical: "│", separator: "┊", corners: ["┌", "┐", "└", "┘"], step: "●", currentStep: "◉",
    link: "─", branch: "├─ ", lastBranch: "└─ ", passingBranch: "│  ", left: "←",
    right: "→", up: "▲", down: "▼", play: "▸", pause: "‖",
    knob: "●", focusBar: "▌", check: "✓", dot: "·", bars: Array("▏▎▍▌▋▊▉█"),
    sparks: Array("▁▂▃▄▅▆▇█"))

  /// Nothing but ASCII.
  public static let ascii = Symbols(
    isUnicode: false, mask: "_", fog: Array("_-:+%"), next: "@", nextUncolored: "@",
    other: "&", newline: "$", tab: ">",
    endOfText: "#", space: ".",
    replacement: "?", invisible: "?", direction: "?", ellipsis: "~", horizontal: "-",
    vertical: "|", separator: ":", corners: ["+", "+", "+", "+"], step: "o", currentStep: "@",
    link: "-", branch: "|- ", lastBranch: "`- ", passingBranch: "|  ", left: "<",
    right: ">", up: "^", down: "v", play: ">", pause: "|",
    knob: "O", focusBar: "|", check: "*", dot: "-", bars: Array("-="), sparks: Array("_.:-=+*#"))

  /// The symbol that tells a role apart where colours and attributes cannot; `nil` when the place
  /// on the screen does.
  public func marker(for role: StyleRole) -> Character? {
    switch role {
    case .text, .dim, .title, .status, .key: nil
    case .caption, .focusTitle: nil
    case .border: vertical
    case .focus, .cursor: play
    case .prompt: isUnicode ? "›" : "p"
    case .masked: mask
    case .fog1: fog[0]
    case .fog2: fog[1]
    case .fog3: fog[2]
    case .fog4: fog[3]
    case .fog5: fog[4]
    case .next: next
    case .other: other
    case .ghost: isUnicode ? "◦" : "?"
    case .unmaskedNow: isUnicode ? "✦" : "+"
    case .level1: "1"
    case .level2: "2"
    case .level3: "3"
    case .level4: "4"
    case .level5: "5"
    case .remasked: isUnicode ? "↺" : "~"
    case .locked: isUnicode ? "■" : "L"
    case .edited: isUnicode ? "✎" : "e"
    case .afterEnd: endOfText
    case .differs: isUnicode ? "≠" : "!"
    case .fault: isUnicode ? "✘" : "X"
    case .selection: isUnicode ? "•" : "*"
    case .searchMatch: "/"
    case .error: isUnicode ? "✗" : "x"
    case .warning: isUnicode ? "△" : "!"
    case .bar: bars.last
    case .barAlternate: isUnicode ? "▒" : "%"
    case .track: horizontal
    case .branch: step
    case .playhead: currentStep
    }
  }

  /// Returns a horizontal bar that fills `share` of `cells` cells, as exactly as the symbols allow.
  ///
  /// - Parameters:
  ///   - share: 0...1; anything outside counts as the nearer end, what is not a number as 0.
  ///   - cells: The length of a full bar.
  /// - Returns: At most `cells` characters; blanks to its right are not part of it. A share above 0
  ///   is never shown as nothing.
  public func bar(share: Double, cells: Int) -> String {
    guard let full = bars.last, cells > 0, share > 0 else { return "" }
    let parts = bars.count
    let cells = min(cells, 10_000)
    let length = max(1, Int((min(share, 1) * Double(cells * parts)).rounded()))
    let rest = length % parts
    return String(repeating: full, count: length / parts)
      + (rest > 0 ? String(bars[rest - 1]) : "")
  }

  /// Returns one character a value, its height the value's share of `maximum`.
  ///
  /// - Parameters:
  ///   - values: The values, 0 or more; what is not a number is drawn as 0.
  ///   - maximum: The value of a full cell; by default the largest of the values.
  /// - Returns: A text as long as `values`.
  public func sparkline(_ values: [Double], maximum: Double? = nil) -> String {
    let top = maximum ?? values.filter(\.isFinite).max() ?? 0
    return String(
      values.map { value in
        let share = value / top
        guard top > 0, share > 0 else { return sparks[0] }
        return sparks[Int((min(share, 1) * Double(sparks.count - 1)).rounded())]
      })
  }
}

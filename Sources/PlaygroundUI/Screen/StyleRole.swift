/// What a cell means.
///
/// Panels name roles, a ``Theme`` knows what they look like.
public enum StyleRole: UInt8, CaseIterable, Sendable {
  /// Plain text of the interface, and blank cells.
  case text
  /// Text that should stand back: hints, units, captions.
  case dim
  /// Lines around and between panels.
  case border
  /// The border or title of the panel that has the keyboard.
  case focus
  /// The title of the panel that has the keyboard.
  case focusTitle
  /// The title of a panel.
  case title
  /// The sentence that says what a step did.
  case caption
  /// The status line.
  case status
  /// A key in a hint or in the help.
  case key

  /// A token that was not masked at the start of the run.
  case prompt
  /// A masked position.
  case masked
  /// The current best guess under a mask.
  case ghost
  /// A masked position on the lowest fifth of the chosen scale: the predictor is least sure of it.
  case fog1
  /// A masked position on the second fifth of the scale.
  case fog2
  /// A masked position in the middle of the scale.
  case fog3
  /// A masked position on the fourth fifth of the scale.
  case fog4
  /// A masked position on the highest fifth of the scale: the predictor is most sure of it.
  case fog5
  /// A masked position that gets its token in the next step.
  case next
  /// A masked position that a second strategy would give its token in the next step.
  case other
  /// A token unmasked in the step that is shown.
  case unmaskedNow
  /// A token unmasked earlier, on the lowest fifth of the chosen scale: least sure.
  case level1
  /// A token unmasked earlier, on the second fifth of the scale.
  case level2
  /// A token unmasked earlier, in the middle of the scale.
  case level3
  /// A token unmasked earlier, on the fourth fifth of the scale.
  case level4
  /// A token unmasked earlier, on the highest fifth of the scale: most sure.
  case level5
  /// A position that was unmasked and is masked again.
  case remasked
  /// A token that the sampler may not change.
  case locked
  /// A token put there by the user.
  case edited
  /// A token after the end of the text.
  case afterEnd
  /// A token that differs from the compared run.
  case differs
  /// A token that contradicts the rest of the text, as a checker that knows the truth says.
  case fault

  /// The position the inspector looks at, or where text is inserted.
  case cursor
  /// Selected positions, or the selected line of a list.
  case selection
  /// A match of the search.
  case searchMatch

  /// A failure.
  case error
  /// Something to be careful about.
  case warning

  /// The filled part of a bar, sparkline or slider.
  case bar
  /// A second bar beside the first: another distribution or run.
  case barAlternate
  /// The unfilled part of a bar, sparkline or slider.
  case track
  /// Steps and lines of the tree of branches.
  case branch
  /// The step that is shown, on the timeline.
  case playhead

  /// The letter that stands for the role in transcripts; no two are equal.
  public var letter: Character {
    switch self {
    case .text: "."
    case .dim: "-"
    case .border: "|"
    case .focus: "F"
    case .focusTitle: "f"
    case .title: "T"
    case .caption: "C"
    case .status: "S"
    case .key: "K"
    case .prompt: "p"
    case .masked: "m"
    case .ghost: "g"
    case .fog1: "6"
    case .fog2: "7"
    case .fog3: "8"
    case .fog4: "9"
    case .fog5: "0"
    case .next: "N"
    case .other: "O"
    case .unmaskedNow: "n"
    case .level1: "1"
    case .level2: "2"
    case .level3: "3"
    case .level4: "4"
    case .level5: "5"
    case .remasked: "r"
    case .locked: "l"
    case .edited: "e"
    case .afterEnd: "z"
    case .differs: "d"
    case .fault: "x"
    case .cursor: "c"
    case .selection: "s"
    case .searchMatch: "/"
    case .error: "X"
    case .warning: "W"
    case .bar: "b"
    case .barAlternate: "a"
    case .track: "t"
    case .branch: "B"
    case .playhead: "P"
    }
  }

  /// The roles of tokens unmasked earlier, from the lowest part of a scale to the highest.
  public static let levels: [StyleRole] = [.level1, .level2, .level3, .level4, .level5]

  /// The roles of masked positions, from the lowest part of a scale to the highest.
  public static let fog: [StyleRole] = [.fog1, .fog2, .fog3, .fog4, .fog5]

  /// Returns the role of a masked position that lies at `share` of the chosen scale, as
  /// ``level(at:)`` does for tokens.
  public static func fog(at share: Double) -> StyleRole {
    let level = level(at: share)
    return fog[levels.firstIndex(of: level) ?? 0]
  }

  /// Returns the role of a token unmasked earlier that lies at `share` of the chosen scale.
  ///
  /// - Parameter share: 0 (least sure, oldest) ... 1 (most sure, newest); anything outside counts
  ///   as the nearer end, and what is not a number as 0.
  /// - Returns: One of ``levels``.
  public static func level(at share: Double) -> StyleRole {
    guard share > 0 else { return .level1 }
    return levels[min(Int(min(share, 1) * Double(levels.count)), levels.count - 1)]
  }
}

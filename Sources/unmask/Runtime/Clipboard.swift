import FoundationEssentials

/// The clipboard of the terminal the user sits at, however far away it is.
package struct Clipboard: Sendable {
  /// Whether the terminal is of a kind that is known to take text.
  package let isThere: Bool

  /// The longest sequence sent; xterm takes no longer ones.
  private static let sequenceLimit = 100_000

  /// Kinds of terminals that know the control sequence for it.
  private static let kinds = [
    "xterm", "tmux", "alacritty", "kitty", "foot", "wezterm", "contour", "ghostty", "st-", "rio",
    "mintty",
  ]

  /// Creates the clipboard of a terminal type, as in TERM.
  package init(terminalType: String) {
    isThere = Self.kinds.contains { terminalType.hasPrefix($0) }
  }

  /// Returns the control sequence (OSC 52) that puts `text` there; `nil` when that cannot be done.
  ///
  /// The text travels as base64, so that nothing in it can be a control sequence of its own.
  package func sequence(for text: String) -> String? {
    let sequence = "\u{1B}]52;c;\(Data(text.utf8).base64EncodedString())\u{7}"
    return isThere && sequence.utf8.count <= Self.sequenceLimit ? sequence : nil
  }
}

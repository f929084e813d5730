/// Papers in text as links, for terminals that know OSC 8.
enum Hyperlink {
  /// Makes a link to the paper of every arXiv number; the text that is seen stays the same.
  ///
  /// - Parameters:
  ///   - text: Plain text.
  ///   - isKnown: Whether who shows it knows links; the terminal on standard output unless given.
  /// - Returns: The text with links.
  static func linkingPapers(
    _ text: String,
    isKnown: Bool = OutputStream.standard.isTerminal && TerminalTraits.knowsHyperlinks
  ) -> String {
    guard isKnown else { return text }
    return text.replacing(/arXiv:(\d{4}\.\d{4,5})/) { match in
      "\u{1B}]8;;https://arxiv.org/abs/\(match.1)\u{1B}\\\(match.0)\u{1B}]8;;\u{1B}\\"
    }
  }
}

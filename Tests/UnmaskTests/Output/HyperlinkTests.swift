import Testing

@testable import unmask

@Suite struct HyperlinkTests {
  @Test func papersAreLinkedAndReadTheSame() {
    let text = "MDLM, arXiv:2406.07524, Eq. 8; SMDM, arXiv:2410.18514"
    let linked = Hyperlink.linkingPapers(text, isKnown: true)
    #expect(linked.contains("\u{1B}]8;;https://arxiv.org/abs/2406.07524\u{1B}\\arXiv:2406.07524"))
    #expect(linked.replacing(/\u{1B}\]8;;[^\u{1B}]*\u{1B}\\/, with: "") == text)
    #expect(Hyperlink.linkingPapers(text, isKnown: false) == text)
  }

  @Test func longLinesAreBrokenBetweenWords() {
    let text = "Strategies\n\n  p2\n    masks what it doubts and writes it again\n"
    let wrapped = StrategiesCommand.wrapped(text, width: 24)
    #expect(wrapped.split(separator: "\n").allSatisfy { $0.count <= 24 })
    #expect(wrapped.hasPrefix("Strategies\n\n  p2\n    masks what it doubts\n      and writes"))
    #expect(StrategiesCommand.wrapped(text, width: 200) == text)
  }

  @Test(
    arguments: [
      (["VTE_VERSION": "7600"], true), (["VTE_VERSION": "4600"], false),
      (["TERM_PROGRAM": "WezTerm"], true), (["TERM": "xterm-kitty"], true),
      (["TERM": "linux"], false), (["TERM": "xterm-256color"], false),
      (["TERM": "foot", "TMUX": "/tmp/tmux"], false),
    ] as [([String: String], Bool)])
  func knowsTheTerminalsThatHaveLinks(_ environment: [String: String], _ knows: Bool) {
    #expect(TerminalTraits.knowsHyperlinks { environment[$0] } == knows)
  }
}

import PlaygroundUI
import Testing

@testable import unmask

@Suite struct LinkPainterTests {
  private func screen(_ text: String, row: Int = 1) -> Screen {
    var screen = Screen(size: ScreenSize(rows: 3, columns: 60))
    screen.write(text, row: row, column: 2, role: .dim)
    return screen
  }

  @Test func aPaperBecomesALinkWhereItStands() throws {
    var painter = LinkPainter()
    let sent = painter.sequence(for: screen("LLaDA, arXiv:2502.09992; more"), theme: .monochrome)
    let sequence = try #require(sent)
    // Row 2, column 10, counted from 1; the cursor comes back afterwards.
    #expect(sequence.hasPrefix("\u{1B}7\u{1B}[0m\u{1B}[2;10H"))
    #expect(sequence.contains("\u{1B}]8;;https://arxiv.org/abs/2502.09992\u{1B}\\"))
    #expect(sequence.hasSuffix("\u{1B}]8;;\u{1B}\\\u{1B}8"))
    #expect(!sequence.contains(";;more"))
  }

  @Test func isSentOnceAsLongAsItStaysThere() {
    var painter = LinkPainter()
    let (one, other) = (screen("arXiv:2502.09992"), screen("arXiv:2502.09992", row: 2))
    var sent = [one, one, other].map { painter.sequence(for: $0, theme: .dark) != nil }
    painter.forget()
    sent.append(painter.sequence(for: other, theme: .dark) != nil)
    #expect(sent == [true, false, true, true])
  }

  @Test(arguments: ["arXiv:", "arXiv:25.1", "arXiv:soon", "xiv:2502.09992", "arXiv:2502.0999x"])
  func whatIsNoPaperIsNone(_ text: String) {
    var painter = LinkPainter()
    let sequence = painter.sequence(for: screen(text), theme: .dark)
    #expect((sequence == nil) == (text != "arXiv:2502.0999x"))
  }
}

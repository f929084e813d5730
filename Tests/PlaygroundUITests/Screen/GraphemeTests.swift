import PlaygroundUI
import Testing

@Suite struct GraphemeTests {
  @Test(
    "text is cut where the room ends",
    arguments: [
      ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("日本語", 6, "日本語"), ("日本語", 5, "日本…"),
      ("日本語", 4, "日…"), ("abc", 1, "…"), ("abc", 0, ""), ("", 0, ""), ("abc", -1, ""),
    ])
  func truncation(text: String, columns: Int, cut: String) {
    let graphemes = TextSanitizer().graphemes(of: text)
    #expect(graphemes.truncated(toWidth: columns, ellipsis: "…").text == cut)
  }

  @Test func withoutEllipsisTextIsJustCut() {
    let graphemes = TextSanitizer().graphemes(of: "a日本")
    #expect(graphemes.truncated(toWidth: 4, ellipsis: nil).text == "a日")
    #expect(graphemes.width == 5)
  }
}

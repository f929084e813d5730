import PlaygroundUI
import Testing

@Suite("The prompt's window") struct PromptModeTests {
  @Test(arguments: [
    ("The [MASK] fox", true), ("[MASK:8]", true), (#"two \\[MASK]"#, true),
    (#"\[MASK] and [MASK]"#, true), (#"say \[MASK] twice"#, false), (#"\[MASK:8]"#, false),
    (#"three \\\[MASK]"#, false), ("[mask]", false), ("", false),
  ])
  func aGapWithABackslashIsText(_ text: String, hasGap: Bool) {
    #expect(PromptMode.hasGap(text) == hasGap)
  }
}

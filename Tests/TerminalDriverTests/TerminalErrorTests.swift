import TerminalDriver
import Testing

@Suite struct TerminalErrorTests {
  @Test(
    "errors are sentences that name what was found",
    arguments: [
      (.notATerminal, "standard output is not a terminal"),
      (.typeUnknown("x"), "the terminal type 'x' is not known to terminfo"),
      (
        .typeUnusable("dumb"),
        "the terminal type 'dumb' cannot move its cursor, expected one that can"
      ),
      (.typeMissing, "the environment variable TERM is not set"),
    ] as [(TerminalError, String)])
  func sentences(error: TerminalError, sentence: String) {
    #expect(error.description == sentence)
    #expect(error.hint != nil)
  }
}

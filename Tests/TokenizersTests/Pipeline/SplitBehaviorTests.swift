import Tokenizers
import Testing

/// The expected pieces were computed with the package tokenizers 0.22.1.
@Suite struct SplitBehaviorTests {
  @Test(arguments: [
    (SplitBehavior.removed, false, ["a", "b", "c"]),
    (.removed, true, ["-", "-", "-", "-"]),
    (.isolated, false, ["a", "-", "-", "b", "-", "c", "-"]),
    (.isolated, true, ["a", "-", "-", "b", "-", "c", "-"]),
    (.mergedWithPrevious, false, ["a-", "-", "b-", "c-"]),
    (.mergedWithPrevious, true, ["a", "-", "-b", "-c", "-"]),
    (.mergedWithNext, false, ["a", "-", "-b", "-c", "-"]),
    (.mergedWithNext, true, ["a-", "-", "b-", "c-"]),
    (.contiguous, false, ["a", "--", "b", "-", "c", "-"]),
    (.contiguous, true, ["a", "--", "b", "-", "c", "-"]),
  ])
  func saysWhatBecomesOfMatches(
    behavior: SplitBehavior, isInverted: Bool, expected: [String]
  ) throws {
    let text = Array("a--b-c-".unicodeScalars)[...]
    let matches = SplitPattern(literal: ["-"]).matches(in: text)
    let pieces = behavior.pieces(of: text, at: matches, isInverted: isInverted)
    #expect(pieces.map { text[$0].map(String.init).joined() } == expected)
  }

  @Test(arguments: SplitBehavior.allCases) func textsWithoutMatchesStayWhole(
    behavior: SplitBehavior
  ) {
    #expect(behavior.pieces(of: ["a", "b"], at: []) == [0..<2])
    #expect(behavior.pieces(of: [], at: []).isEmpty)
  }
}

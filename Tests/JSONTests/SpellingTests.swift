import JSON
import Testing

@Suite struct SpellingTests {
  @Test func distinguishesCanonicallyEquivalentStrings() {
    #expect(Spelling("é") != Spelling("e\u{301}"))
    #expect(Set([Spelling("é"), Spelling("e\u{301}"), Spelling("é")]).count == 2)
  }
}

import PlaygroundUI
import Testing

@Suite struct StyleRoleTests {
  @Test func lettersAreDifferent() {
    #expect(Set(StyleRole.allCases.map(\.letter)).count == StyleRole.allCases.count)
    #expect(StyleRole.allCases.allSatisfy { $0.letter.isASCII })
  }

  @Test(
    "shares of a scale fall into five levels",
    arguments: [
      (0, .level1), (0.19, .level1), (0.2, .level2), (0.5, .level3), (0.79, .level4),
      (0.81, .level5), (1, .level5), (7, .level5), (-1, .level1), (.infinity, .level5),
      (.nan, .level1), (-.infinity, .level1),
    ] as [(Double, StyleRole)])
  func levels(share: Double, role: StyleRole) {
    #expect(StyleRole.level(at: share) == role)
  }
}

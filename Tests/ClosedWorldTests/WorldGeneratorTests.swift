import Testing

@testable import ClosedWorld

@Suite struct WorldGeneratorTests {
  @Test func theSameSeedGivesTheSameTexts() throws {
    let world = try SharedWorlds.world(.full)
    func texts(_ seed: UInt64) -> [String] {
      WorldGenerator(world, weights: [.stories: 1, .sums: 1], seed: seed).prefix(20).map(\.text)
    }
    #expect(texts(4) == texts(4))
    #expect(texts(4) != texts(5))
  }

  @Test func theTextsOfASeedStayWhatTheyAre() throws {
    let generator = WorldGenerator(
      try SharedWorlds.world(.tiny), weights: [.stories: 60, .sums: 20, .questions: 20], seed: 0)
    #expect(generator.prefix(3).map(\.text) == Self.first)
  }

  @Test func kindsComeInProportionAndKindsThatAreNotAskedForNever() throws {
    let generator = WorldGenerator(
      try SharedWorlds.world(.tiny), weights: [.sums: 3, .sequences: 1], seed: 7)
    var counts: [WorldKind: Int] = [:]
    for sample in generator.prefix(2000) { counts[sample.kind, default: 0] += 1 }
    #expect(Set(counts.keys) == [.sums, .sequences])
    #expect(abs(Double(counts[.sums] ?? 0) / 2000 - 0.75) < 0.04)
    #expect(generator.shares.map(\.share) == [0.75, 0.25])
  }

  @Test func withoutKindsThereIsNothing() throws {
    var generator = WorldGenerator(try SharedWorlds.world(.tiny), weights: [:], seed: 1)
    #expect(generator.next() == nil)
  }

  @Test func heldOutDirectionsAreNeverWritten() throws {
    let world = try SharedWorlds.world(.tiny)
    let checker = WorldChecker(world)
    for sample in WorldGenerator(world, weights: [.people: 1], seed: 2).prefix(300) {
      let verdict = checker.verdict(on: sample.text)
      #expect(verdict.isValid == true)
      #expect(verdict.logProbability != nil)
    }
  }

  private static let first = [
    #"Mia has a yellow kite. Zoe has a red hat. Question: Who has the hat? Answer: Zoe."#,
    #"Sam has a green wagon. Tom has a blue drum. Question: What color is the wagon? Answer: green."#,
    #"The cat broke the green bell of Zoe and hid it in the forest. "Where is my green bell?" asked Zoe. The cat was sorry. "I broke the bell," said the cat. "It is in the forest." Zoe was not angry. "Thank you for the truth, cat," she said."#,
  ]
}

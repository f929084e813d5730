import Testing

@testable import ClosedWorld

@Suite struct WorldTests {
  @Test func theFullWorldTellsOfManyThingsInManyWays() throws {
    let world = try SharedWorlds.world(.full)
    #expect(world.grammars.filter { $0.kind == .stories }.count >= 24)
    #expect(Self.contentWords(of: world).count >= 800)
  }

  @Test func aLargerWorldHasWhatASmallerOneHas() throws {
    let worlds = try WorldSize.allCases.map { try SharedWorlds.world($0) }
    for (small, large) in zip(worlds, worlds.dropFirst()) {
      #expect(Self.contentWords(of: small).isSubset(of: Self.contentWords(of: large)))
      let names = large.grammars.map(\.name)
      #expect(small.grammars.allSatisfy { names.contains($0.name) })
    }
  }

  @Test func theTinyWorldHasFewWords() throws {
    let generator = WorldGenerator(
      try SharedWorlds.world(.tiny), weights: [.stories: 3, .sums: 1, .questions: 1], seed: 1)
    var pieces: Set<String> = []
    for sample in generator.prefix(1500) {
      pieces.formUnion(Lexer.pieces(of: sample.text).map(\.text))
    }
    #expect(pieces.count < 160)
  }

  /// Words that are neither names nor grammar, in lower case.
  private static func contentWords(of world: World) -> Set<String> {
    var words: Set<String> = []
    let names = ["girl", "boy", "forwardOnly", "backwardOnly", "bothWays"]
      .flatMap { world.lexicon.categories[$0] ?? [] }
    for (index, entry) in world.lexicon.entries.enumerated() where !names.contains(index) {
      for form in entry.forms.values { words.formUnion(Self.words(form)) }
    }
    for grammar in world.grammars {
      for case .literal(let piece) in grammar.instructions { words.formUnion(Self.words(piece)) }
    }
    return words.subtracting(grammarWords)
  }

  private static func words(_ text: String) -> [String] {
    Lexer.pieces(of: text.lowercased()).map(\.text).filter {
      $0.contains { $0.isLetter } && $0.count > 1
    }
  }

  private static let grammarWords = Set(
    """
    a an the and or but so if until when while without with of to in on at by for from into over under behind before \
    after i you he she it we they him her his them my your its our me us this that these those who whom whose which \
    what where how was were is are be been being am has have had do does did can could will would shall should must may \
    not no yes there here then than as all any both each every other others one two more most only too up down out off
    """.split(separator: " ").map(String.init))
}

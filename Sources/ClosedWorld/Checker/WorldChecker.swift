/// Says whether a text could have been written by a world, and where it contradicts itself.
package struct WorldChecker: Sendable {
  private let world: World
  /// The grammars that have a word among those that are always the same.
  private let owners: [String: [Int]]
  /// How many grammars a text that none can read is compared with.
  private static let nearCount = 5
  /// How many facts may be wrong before the words are no longer trusted to be a known text.
  private static let allowance = 3

  /// A checker that accepts what `world` can say.
  package init(_ world: World) {
    self.world = world
    var owners: [String: [Int]] = [:]
    for (index, grammar) in world.grammars.enumerated() {
      for word in grammar.words { owners[word, default: []].append(index) }
    }
    self.owners = owners
  }

  /// The verdict on `text`.
  ///
  /// White space around it and what follows an end-of-text mark are left out.
  package func verdict(on text: String) -> WorldVerdict {
    let whole = text.firstRange(of: "<|endoftext|>").map { text[..<$0.lowerBound] } ?? text[...]
    let pieces = Lexer.pieces(of: whole)
    let words = pieces.map(\.text)
    if let verdict = exact(words) { return verdict }
    let near = nearest(words)
    for allowance in 1...Self.allowance {
      for grammar in near {
        guard let reading = GrammarReader.reading(of: words, by: grammar, allowance: allowance)
        else { continue }
        return verdict(grammar, FaultWriter(world.lexicon, grammar, pieces).faults(reading))
      }
    }
    return aligned(pieces, words, near)
  }

  /// The verdict if a grammar reads the text as it is.
  private func exact(_ words: [String]) -> WorldVerdict? {
    var grammars: [Grammar] = []
    var probability = 0.0
    for grammar in world.grammars {
      let readings = GrammarReader.readings(of: words, by: grammar)
      guard !readings.isEmpty else { continue }
      grammars.append(grammar)
      if !grammar.isHeldOut {
        probability += readings.reduce(0) { $0 + Logarithm.inverse($1.logProbability) }
      }
    }
    guard let first = grammars.first else { return nil }
    let peers = world.grammars.filter { $0.kind == first.kind && !$0.isHeldOut }.count
    return WorldVerdict(
      kind: first.kind, schema: first.name, isValid: true, faults: [],
      logProbability: probability > 0 ? Logarithm.of(probability / Double(peers)) : nil)
  }

  private func verdict(_ grammar: Grammar, _ faults: [WorldFault]) -> WorldVerdict {
    WorldVerdict(
      kind: grammar.kind, schema: grammar.name, isValid: false, faults: faults, logProbability: nil)
  }

  /// The grammars that share most words with the text, the best first.
  ///
  /// A word counts the more the fewer grammars have it.
  private func nearest(_ words: [String]) -> [Grammar] {
    var scores = Array(repeating: 0.0, count: world.grammars.count)
    for word in Set(words) {
      guard let owners = owners[word] else { continue }
      for owner in owners { scores[owner] += 1 / Double(owners.count) }
    }
    return scores.indices.filter { scores[$0] > 0 }.sorted { scores[$0] > scores[$1] }
      .prefix(Self.nearCount).map { world.grammars[$0] }
  }

  /// The verdict by the cheapest way to turn the text into one of the world's.
  private func aligned(_ pieces: [Piece], _ words: [String], _ near: [Grammar]) -> WorldVerdict {
    let alignments = near.map { ($0, Alignment(of: words, to: $0)) }
    let whole = words.reduce(0) { $0 + Alignment.weight($1) }
    guard let (grammar, alignment) = alignments.min(by: { $0.1.cost < $1.1.cost }),
      2 * alignment.cost <= whole
    else {
      return WorldVerdict(kind: nil, schema: nil, isValid: nil, faults: [], logProbability: nil)
    }
    let faults = FaultWriter(world.lexicon, grammar, pieces).faults(alignment)
    return verdict(grammar, faults)
  }
}

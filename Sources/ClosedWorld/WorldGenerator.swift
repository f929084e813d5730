import MaskedDiffusion

/// Writes texts of a world: the same seed, the same texts.
package struct WorldGenerator: Sequence, IteratorProtocol, Sendable {
  /// A text and how likely it was.
  package struct Sample: Sendable {
    package let text: String
    package let kind: WorldKind
    /// The schema's name.
    package let schema: String
    /// The natural logarithm of the text's probability among those of its kind, from the choices made.
    package let logProbability: Double
  }

  private let kinds: [(kind: WorldKind, weight: Double, grammars: [Grammar])]
  private var random: SplitMix64

  /// A generator of texts of the kinds in `weights`, drawn in proportion.
  ///
  /// Kinds that the world does not have are left out.
  package init(_ world: World, weights: [WorldKind: Double], seed: UInt64) {
    kinds = WorldKind.allCases.compactMap { kind in
      let grammars = world.grammars.filter { $0.kind == kind && !$0.isHeldOut }
      guard let weight = weights[kind], weight > 0, !grammars.isEmpty else { return nil }
      return (kind, weight, grammars)
    }
    random = SplitMix64(seed: seed)
  }

  /// The kinds it draws, with the share of each.
  package var shares: [(kind: WorldKind, share: Double)] {
    let total = kinds.reduce(0) { $0 + $1.weight }
    return kinds.map { ($0.kind, $0.weight / total) }
  }

  /// The next text, or nil if there is nothing to draw from.
  package mutating func next() -> Sample? {
    guard let last = kinds.last else { return nil }
    var at = random.nextUniform() * kinds.reduce(0) { $0 + $1.weight }
    var chosen = last
    for kind in kinds {
      at -= kind.weight
      if at < 0 {
        chosen = kind
        break
      }
    }
    let grammar = chosen.grammars[index(below: chosen.grammars.count)]
    var draft = Draft(bindings: grammar.unbound)
    draft.logProbability = -Logarithm.of(chosen.grammars.count)
    write(grammar, &draft)
    return Sample(
      text: draft.text, kind: chosen.kind, schema: grammar.name,
      logProbability: draft.logProbability)
  }

  private struct Draft {
    var bindings: [Int?]
    var text = ""
    var logProbability = 0.0
  }

  private mutating func write(_ grammar: Grammar, _ draft: inout Draft) {
    var at = 0
    while true {
      switch grammar.instructions[at] {
      case .literal(let piece):
        draft.text += piece
        at += 1
      case .slot(let index):
        let slot = grammar.slots[index]
        for variable in slot.variables { bind(variable, grammar, &draft) }
        for piece in slot.pieces(draft.bindings) ?? [] { draft.text += piece }
        at += 1
      case .choose(let branches):
        // One branch is no choice: what only larger worlds offer leaves the smaller ones' texts as they are.
        at = branches.count == 1 ? branches[0] : branches[self.index(below: branches.count)]
        draft.logProbability -= Logarithm.of(branches.count)
      case .jump(let target): at = target
      case .end: return
      }
    }
  }

  /// Gives `variable` a value if it has none, and first those that its range depends on.
  private mutating func bind(_ variable: Int, _ grammar: Grammar, _ draft: inout Draft) {
    guard draft.bindings[variable] == nil else { return }
    for need in grammar.variables[variable].needs { bind(need, grammar, &draft) }
    let candidates = grammar.variables[variable].candidates(draft.bindings, grammar.variables) ?? []
    guard !candidates.isEmpty else { return }
    draft.bindings[variable] = candidates[index(below: candidates.count)]
    draft.logProbability -= Logarithm.of(candidates.count)
  }

  private mutating func index(below count: Int) -> Int {
    Swift.min(Int(random.nextUniform() * Double(count)), count - 1)
  }

}

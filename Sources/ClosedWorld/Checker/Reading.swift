/// One way to understand a text by a grammar.
struct Reading {
  /// A piece that is not what the rest of the text asks for.
  struct Mismatch {
    let slot: Int
    let pieces: Range<Int>
  }

  var bindings: [Int?]
  /// The piece at which each variable got its value.
  var boundAt: [Int?]
  var mismatches: [Mismatch] = []
  /// From the choices that a generator would have made.
  var logProbability = 0.0
}

/// Reads a text by a grammar whose words must all be there; what fills the slots may disagree in a few places.
struct GrammarReader {
  let grammar: Grammar
  let pieces: [String]
  /// How many slots may be filled with something else than the rest asks for.
  let allowance: Int
  /// Called for each reading; says whether to look for more.
  private var found: [Reading] = []
  /// How many readings are enough.
  private let limit: Int

  private init(_ grammar: Grammar, _ pieces: [String], allowance: Int, limit: Int) {
    self.grammar = grammar
    self.pieces = pieces
    self.allowance = allowance
    self.limit = limit
  }

  /// All readings without a mismatch; more than one if the text is ambiguous.
  static func readings(of pieces: [String], by grammar: Grammar) -> [Reading] {
    var reader = GrammarReader(grammar, pieces, allowance: 0, limit: .max)
    reader.read()
    return reader.found
  }

  /// The reading with fewest mismatches, at most `allowance`.
  ///
  /// Either of two places that contradict each other may be
  /// wrong; of readings with equally many mismatches the one that trusts the text longest is taken.
  static func reading(of pieces: [String], by grammar: Grammar, allowance: Int) -> Reading? {
    var reader = GrammarReader(grammar, pieces, allowance: allowance, limit: 64)
    reader.read()
    return reader.found.max { left, right in
      let places = (left.mismatches, right.mismatches)
      if places.0.count != places.1.count { return places.0.count > places.1.count }
      return places.0.map(\.pieces.lowerBound).lexicographicallyPrecedes(
        places.1.map(\.pieces.lowerBound))
    }
  }

  private mutating func read() {
    go(0, 0, Reading(bindings: grammar.unbound, boundAt: grammar.unbound))
  }

  private mutating func go(_ start: Int, _ from: Int, _ reading: Reading) {
    var at = start
    var position = from
    while true {
      switch grammar.instructions[at] {
      case .literal(let piece):
        guard position < pieces.count, pieces[position] == piece else { return }
        at += 1
        position += 1
      case .jump(let target): at = target
      case .end:
        if position == pieces.count { found.append(reading) }
        return
      case .choose(let branches):
        var next = reading
        next.logProbability -= Logarithm.of(branches.count)
        for branch in branches where isUnfinished { go(branch, position, next) }
        return
      case .slot(let index):
        fill(index, at + 1, position, reading)
        return
      }
    }
  }

  private var isUnfinished: Bool { found.count < limit }

  /// Goes on behind the slot in every way that agrees with the reading, then in those that do not.
  private mutating func fill(_ index: Int, _ next: Int, _ position: Int, _ reading: Reading) {
    let slot = grammar.slots[index]
    assign(slot.variables[...], slot, next, position, reading)
    guard reading.mismatches.count < allowance, isUnfinished else { return }
    let agreeing = slot.pieces(reading.bindings)
    for count in lengths(of: slot, at: position) {
      let range = position..<position + count
      if let agreeing, agreeing == Array(pieces[range]) { continue }
      var wrong = reading
      wrong.mismatches.append(Reading.Mismatch(slot: index, pieces: range))
      go(next, position + count, wrong)
    }
  }

  /// How many pieces something of the slot's sort takes at `position`.
  private func lengths(of slot: Slot, at position: Int) -> Set<Int> {
    guard position < pieces.count else { return [] }
    if slot.fillers.isEmpty { return Int(pieces[position]) == nil ? [] : [1] }
    let fitting = (slot.entriesByFirst[pieces[position]] ?? []).compactMap { slot.fillers[$0] }
    return Set(fitting.filter { pieces[position...].starts(with: $0) }.map(\.count))
  }

  /// Gives values to the variables among `rest` that have none, and goes on where the slot then reads like the text.
  private mutating func assign(
    _ rest: ArraySlice<Int>, _ slot: Slot, _ next: Int, _ position: Int, _ reading: Reading
  ) {
    guard isUnfinished else { return }
    guard let variable = rest.first(where: { reading.bindings[$0] == nil }) else {
      guard let expected = slot.pieces(reading.bindings), pieces[position...].starts(with: expected)
      else { return }
      return go(next, position + expected.count, reading)
    }
    let needs = grammar.variables[variable].needs.filter { reading.bindings[$0] == nil }
    guard needs.isEmpty else { return assign(needs + rest, slot, next, position, reading) }
    let candidates =
      grammar.variables[variable].candidates(reading.bindings, grammar.variables) ?? []
    for candidate in fitting(candidates, slot, position) {
      var bound = reading
      bound.bindings[variable] = candidate
      bound.boundAt[variable] = position
      bound.logProbability -= Logarithm.of(candidates.count)
      assign(rest, slot, next, position, bound)
    }
  }

  /// Of an entry's slot, only the entries that begin like the text.
  private func fitting(_ candidates: [Int], _ slot: Slot, _ position: Int) -> [Int] {
    guard case .entry = slot.source else { return candidates }
    guard position < pieces.count, let entries = slot.entriesByFirst[pieces[position]] else {
      return []
    }
    return entries.filter(candidates.contains)
  }
}

extension ArraySlice {
  fileprivate static func + (left: [Element], right: Self) -> Self { (left + Array(right))[...] }
}

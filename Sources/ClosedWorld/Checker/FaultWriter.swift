/// Says in words what is wrong with a text, and where.
struct FaultWriter {
  private let lexicon: Lexicon
  private let grammar: Grammar
  private let pieces: [Piece]

  init(_ lexicon: Lexicon, _ grammar: Grammar, _ pieces: [Piece]) {
    self.lexicon = lexicon
    self.grammar = grammar
    self.pieces = pieces
  }

  /// The faults of a reading whose words are all there.
  func faults(_ reading: Reading) -> [WorldFault] {
    reading.mismatches.map { fault($0.pieces, because: reason($0, in: reading)) }
  }

  /// The faults of a text that had to be changed to be read at all.
  func faults(_ alignment: Alignment) -> [WorldFault] {
    var reading = Reading(bindings: grammar.unbound, boundAt: grammar.unbound)
    var faults: [WorldFault] = []
    for step in alignment.steps {
      switch step {
      case .slot(let slot, let range):
        let mismatch = Reading.Mismatch(slot: slot, pieces: range)
        guard !agree(mismatch, &reading) else { continue }
        faults.append(fault(range, because: reason(mismatch, in: reading)))
      case .instead(let position, let expected):
        let reason = expected.map { "'\($0)' should stand here" } ?? "this cannot stand here"
        faults.append(fault(position..<position + 1, because: reason))
      case .extra(let position):
        guard pieces[position].text != " " else { continue }
        faults.append(fault(position..<position + 1, because: "this does not belong here"))
      case .missing(let position, let expected):
        guard expected != " " else { continue }
        append(missing: expected, before: position, to: &faults)
      }
    }
    return joined(faults)
  }

  private func append(missing word: String?, before position: Int, to faults: inout [WorldFault]) {
    let place = position < pieces.count ? pieces[position].start : pieces.last?.end ?? 0
    let isEnd = position >= pieces.count
    if let last = faults.last, last.start == place, last.end == place { return }
    let what = word.map { "'\($0)'" } ?? "a word"
    let reason = isEnd ? "the text ends before \(what)" : "\(what) is missing here"
    faults.append(WorldFault(start: place, end: place, reason: reason))
  }

  /// Runs of pieces that are wrong for the same reason are one fault.
  private func joined(_ faults: [WorldFault]) -> [WorldFault] {
    var result: [WorldFault] = []
    for fault in faults {
      if let last = result.last, last.reason == fault.reason, fault.start - last.end <= 1,
        fault.start > last.start
      {
        result[result.count - 1] = WorldFault(
          start: last.start, end: fault.end, reason: last.reason)
      } else {
        result.append(fault)
      }
    }
    return result
  }

  private func fault(_ range: Range<Int>, because reason: String) -> WorldFault {
    WorldFault(
      start: pieces[range.lowerBound].start, end: pieces[range.upperBound - 1].end, reason: reason)
  }
}

extension FaultWriter {
  /// Whether what fills a slot agrees with what came before; values that are new are remembered.
  private func agree(_ mismatch: Reading.Mismatch, _ reading: inout Reading) -> Bool {
    let slot = grammar.slots[mismatch.slot]
    let words = pieces[mismatch.pieces].map(\.text)
    guard let variable = slot.variables.first(where: { reading.bindings[$0] == nil }) else {
      return slot.pieces(reading.bindings) == words
    }
    let candidates =
      grammar.variables[variable].candidates(reading.bindings, grammar.variables) ?? []
    for candidate in candidates {
      var trial = reading
      trial.bindings[variable] = candidate
      trial.boundAt[variable] = mismatch.pieces.lowerBound
      let isComplete = slot.pieces(trial.bindings) != nil
      if isComplete ? slot.pieces(trial.bindings) == words : agree(mismatch, &trial) {
        reading = trial
        return true
      }
    }
    return false
  }

  /// Why a filler is wrong: what it should be, and since where.
  private func reason(_ mismatch: Reading.Mismatch, in reading: Reading) -> String {
    let slot = grammar.slots[mismatch.slot]
    let words = pieces[mismatch.pieces].map(\.text).joined()
    guard let expected = slot.pieces(reading.bindings)?.joined() else {
      return unknown(slot, words, reading)
    }
    switch slot.source {
    case .entry(let variable):
      let entry = lexicon.entries[reading.bindings[variable] ?? 0]
      if ["he", "him", "his"].contains(slot.form) { return "\(entry.name) is '\(expected)'" }
      let subject = owner(of: variable, reading).map { "the \($0)" } ?? "this"
      return "\(subject) was \(entry.name)\(place(variable, reading))"
    case .digits(let expression), .indexed(let expression, _):
      if case .variable(let variable) = expression {
        return "this was \(expected)\(place(variable, reading))"
      }
      let text = expression.text(reading.bindings)
      return text.map { "\($0) is \(expected)" } ?? "this should be \(expected)"
    }
  }

  /// Why a filler is wrong whose slot cannot have any value.
  private func unknown(_ slot: Slot, _ words: String, _ reading: Reading) -> String {
    for variable in slot.variables where reading.bindings[variable] == nil {
      guard grammar.variables[variable].isEntry else { continue }
      for (other, value) in reading.bindings.enumerated() where grammar.variables[other].isEntry {
        guard let value, slot.fillers[value]?.joined() == words else { continue }
        return
          "\(lexicon.entries[value].name) was somebody or something else\(place(other, reading))"
      }
    }
    return "'\(words)' does not fit the rest"
  }

  private func owner(of variable: Int, _ reading: Reading) -> String? {
    guard let owner = grammar.variables[variable].owner, let entry = reading.bindings[owner] else {
      return nil
    }
    return lexicon.entries[entry].name
  }

  private func place(_ variable: Int, _ reading: Reading) -> String {
    reading.boundAt[variable].map { " at \(pieces[$0].start)" } ?? ""
  }
}

extension Expression {
  /// The arithmetic with values for variables, as in "2 + 3", or nil while one has none.
  func text(_ bindings: [Int?]) -> String? {
    switch self {
    case .constant(let value): "\(value)"
    case .variable(let index): bindings[index].map { "\($0)" }
    case .sum(let left, let right): Self.text(left, "+", right, bindings)
    case .difference(let left, let right): Self.text(left, "-", right, bindings)
    case .product(let left, let right): Self.text(left, "*", right, bindings)
    }
  }

  private static func text(_ left: Self, _ sign: String, _ right: Self, _ bindings: [Int?])
    -> String?
  {
    guard let left = left.text(bindings), let right = right.text(bindings) else { return nil }
    return "\(left) \(sign) \(right)"
  }
}

internal import MaskedDiffusion

/// A run of a split program over one text.
struct SplitMatcher {
  /// What to try when the present path fails.
  private struct Choice {
    /// The instruction to go on at.
    let instruction: Int
    /// The position to go on from.
    var position: Int
    /// The last position worth trying, `position` itself if there is only one.
    let lastPosition: Int
  }

  private let program: [SplitProgram.Instruction]
  private let text: ArraySlice<Unicode.Scalar>
  private var choices: [Choice] = []
  /// The number of steps left; linear patterns need a few dozen a scalar.
  private var budget: Int

  /// Prepares to match `program` at positions of `text`.
  init(_ program: SplitProgram, text: ArraySlice<Unicode.Scalar>) {
    self.program = program.instructions
    self.text = text
    budget = 1000 + 500 * text.count
  }

  /// Whether so much was tried in vain that matching was given up.
  var isExhausted: Bool { budget <= 0 }

  /// Returns the end of the match that begins at `position`, or `nil` if there is none.
  mutating func end(ofMatchAt position: Int) -> Int? { end(from: 0, at: position) }

  private mutating func end(from first: Int, at start: Int) -> Int? {
    let base = choices.count
    defer { choices.removeLast(choices.count - base) }
    var instruction = first
    var position = start
    while true {
      budget -= 1
      if isExhausted { return nil }
      if case .match = program[instruction] { return position }
      if let next = step(&position, at: instruction) {
        instruction = next
      } else if choices.count > base, let choice = nextChoice() {
        (instruction, position) = choice
      } else {
        return nil
      }
    }
  }

  /// Takes the latest choice that is left.
  private mutating func nextChoice() -> (instruction: Int, position: Int)? {
    guard let choice = choices.popLast() else { return nil }
    if choice.position != choice.lastPosition {
      var rest = choice
      rest.position += choice.position < choice.lastPosition ? 1 : -1
      choices.append(rest)
    }
    return (choice.instruction, choice.position)
  }

  /// Executes one instruction; returns the next one, or `nil` if this one fails.
  private mutating func step(_ position: inout Int, at instruction: Int) -> Int? {
    switch program[instruction] {
    case .one(let set):
      guard position < text.endIndex, set.contains(text[position]) else { return nil }
      position += 1
      return instruction + 1
    case .run(let set, let least, let most, let greed):
      return run(of: set, least: least, most: most, greed, from: &position, next: instruction + 1)
    case .fork(let preferred, let other):
      choices.append(Choice(instruction: other, position: position, lastPosition: position))
      return preferred
    case .jump(let target): return target
    case .lookahead(let isNegative, let next):
      let isMatch = end(from: instruction + 1, at: position) != nil
      return isMatch != isNegative && !isExhausted ? next : nil
    case .lookbehind(let length, let isNegative, let next):
      let first = position - length
      let isMatch =
        first >= text.startIndex && end(from: instruction + 1, at: first) != nil
      return isMatch != isNegative && !isExhausted ? next : nil
    case .atomic(let next):
      guard let end = end(from: instruction + 1, at: position) else { return nil }
      position = end
      return next
    case .anchor(let anchor): return isMet(anchor, at: position) ? instruction + 1 : nil
    case .match: return nil
    }
  }

  /// Takes scalars of `set` and remembers the other numbers of them that would do.
  private mutating func run(
    of set: ScalarSet, least: Int, most: Int, _ greed: SplitNode.Greed,
    from position: inout Int, next: Int
  ) -> Int? {
    let start = position
    let limit = most < text.endIndex - start ? start + most : text.endIndex
    var end = start
    while end < limit, set.contains(text[end]) { end += 1 }
    budget -= end - start
    if end - start < least { return nil }
    let shortest = start + least
    position = greed == .lazy ? shortest : end
    if greed != .possessive, end > shortest {
      choices.append(
        greed == .lazy
          ? Choice(instruction: next, position: shortest + 1, lastPosition: end)
          : Choice(instruction: next, position: end - 1, lastPosition: shortest))
    }
    return next
  }

  private func isMet(_ anchor: SplitNode.Anchor, at position: Int) -> Bool {
    switch anchor {
    case .textStart: position == text.startIndex
    case .textEnd: position == text.endIndex
    case .lineStart: position == text.startIndex || text[position - 1] == "\n"
    case .lineEnd: position == text.endIndex || text[position] == "\n"
    case .textEndOrLastBreak:
      position == text.endIndex || position == text.endIndex - 1 && text[position] == "\n"
    case .wordBoundary: isWord(position - 1) != isWord(position)
    case .notWordBoundary: isWord(position - 1) == isWord(position)
    }
  }

  private func isWord(_ index: Int) -> Bool {
    text.indices.contains(index) && ScalarProperty.wordEscape.contains(text[index])
  }
}

/// The cheapest way to turn a text into one that a grammar writes, whatever fills its slots.
///
/// An edit distance between the pieces and the instructions, which never lead back: each cell is the cost of the rest
/// of the text from one piece and one instruction on.
struct Alignment {
  enum Step {
    /// Something of the slot's sort.
    case slot(Int, Range<Int>)
    /// A piece in place of another one, or of what a slot asks for.
    case instead(Int, of: String?)
    /// A piece that has no place.
    case extra(Int)
    /// Pieces are missing before this one.
    case missing(Int, String?)
  }

  let cost: Int
  /// Everything but the pieces that are as they should be.
  let steps: [Step]

  /// A word weighs as much as four spaces.
  static func weight(_ piece: String) -> Int { piece == " " ? 1 : 4 }

  init(of pieces: [String], to grammar: Grammar) {
    var table = AlignmentTable(pieces, grammar)
    table.fill()
    cost = table.cost(0, 0)
    steps = table.steps()
  }
}

/// The cells of an alignment.
private struct AlignmentTable {
  private enum Move {
    case done, jump(Int), match, slot(Int), instead, extra, missing
  }

  private let pieces: [String]
  private let grammar: Grammar
  private let width: Int
  private var costs: [Int]
  private var moves: [Move]

  init(_ pieces: [String], _ grammar: Grammar) {
    self.pieces = pieces
    self.grammar = grammar
    width = pieces.count + 1
    costs = Array(repeating: Int.max / 2, count: width * grammar.instructions.count)
    moves = Array(repeating: .done, count: costs.count)
  }

  func cost(_ at: Int, _ position: Int) -> Int { costs[at * width + position] }

  mutating func fill() {
    for at in grammar.instructions.indices.reversed() {
      for position in (0..<width).reversed() {
        if position < pieces.count {
          offer(at, position, .extra, Alignment.weight(pieces[position]) + cost(at, position + 1))
        }
        switch grammar.instructions[at] {
        case .end: if position == pieces.count { offer(at, position, .done, 0) }
        case .jump(let target): offer(at, position, .jump(target), cost(target, position))
        case .choose(let branches):
          for branch in branches { offer(at, position, .jump(branch), cost(branch, position)) }
        case .literal(let piece): literal(piece, at, position)
        case .slot(let index): slot(grammar.slots[index], at, position)
        }
      }
    }
  }

  private mutating func literal(_ piece: String, _ at: Int, _ position: Int) {
    let weight = Alignment.weight(piece)
    offer(at, position, .missing, weight + cost(at + 1, position))
    guard position < pieces.count else { return }
    if pieces[position] == piece {
      offer(at, position, .match, cost(at + 1, position + 1))
    } else if piece != " ", pieces[position] != " " {
      offer(at, position, .instead, weight + cost(at + 1, position + 1))
    }
  }

  private mutating func slot(_ slot: Slot, _ at: Int, _ position: Int) {
    offer(at, position, .missing, 4 + cost(at + 1, position))
    guard position < pieces.count, pieces[position] != " " else { return }
    offer(at, position, .instead, 4 + cost(at + 1, position + 1))
    if slot.fillers.isEmpty, Int(pieces[position]) != nil {
      offer(at, position, .slot(1), cost(at + 1, position + 1))
    }
    for entry in slot.entriesByFirst[pieces[position]] ?? [] {
      guard let filler = slot.fillers[entry], pieces[position...].starts(with: filler) else {
        continue
      }
      offer(at, position, .slot(filler.count), cost(at + 1, position + filler.count))
    }
  }

  private mutating func offer(_ at: Int, _ position: Int, _ move: Move, _ cost: Int) {
    let cell = at * width + position
    guard cost < costs[cell] else { return }
    costs[cell] = cost
    moves[cell] = move
  }

  func steps() -> [Alignment.Step] {
    var steps: [Alignment.Step] = []
    var at = 0
    var position = 0
    while true {
      switch moves[at * width + position] {
      case .done: return steps
      case .jump(let target): at = target
      case .match:
        at += 1
        position += 1
      case .slot(let count):
        if case .slot(let index) = grammar.instructions[at] {
          steps.append(.slot(index, position..<position + count))
        }
        at += 1
        position += count
      case .instead:
        steps.append(.instead(position, of: literal(at)))
        at += 1
        position += 1
      case .extra:
        steps.append(.extra(position))
        position += 1
      case .missing:
        steps.append(.missing(position, literal(at)))
        at += 1
      }
    }
  }

  private func literal(_ at: Int) -> String? {
    if case .literal(let piece) = grammar.instructions[at] { piece } else { nil }
  }
}

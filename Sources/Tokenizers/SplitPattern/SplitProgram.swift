/// A split pattern as a list of instructions for a backtracking matcher.
struct SplitProgram: Sendable {
  enum Instruction: Sendable {
    /// Takes one scalar of a set.
    case one(ScalarSet)
    /// Takes scalars of a set, at least and at most so many.
    case run(ScalarSet, least: Int, most: Int, SplitNode.Greed)
    /// Goes on at `preferred`; if that fails, at `other`.
    case fork(preferred: Int, other: Int)
    /// Goes on elsewhere.
    case jump(Int)
    /// Goes on at `next` if the instructions after this one do, or do not, match from here.
    case lookahead(isNegative: Bool, next: Int)
    /// Goes on at `next` if the instructions after this one do, or do not, match so many scalars
    /// before here.
    case lookbehind(length: Int, isNegative: Bool, next: Int)
    /// Goes on at `next` after the first match of the instructions after this one.
    case atomic(next: Int)
    /// Goes on if the position is such.
    case anchor(SplitNode.Anchor)
    /// Ends the pattern, a lookahead or an atomic group.
    case match
  }

  /// Longer programs are refused; the pattern repeats something large a large number of times.
  private static let greatestLength = 10_000

  private(set) var instructions: [Instruction] = []
  /// The number of nodes translated, repeated ones each time.
  private var nodeCount = 0

  /// Translates `node`.
  init(_ node: SplitNode) throws(SplitPatternError) {
    try append(node)
    instructions.append(.match)
  }

  /// Creates the program that matches `literal` itself.
  init(literal: [Unicode.Scalar]) {
    instructions = literal.map { .one(ScalarSet($0, ignoresCase: false)) } + [.match]
  }

  private mutating func append(_ node: SplitNode) throws(SplitPatternError) {
    nodeCount += 1
    if nodeCount > Self.greatestLength {
      throw SplitPatternError(construct: "the whole", problem: "too many repetitions")
    }
    switch node {
    case .set(let set): instructions.append(.one(set))
    case .sequence(let nodes): for node in nodes { try append(node) }
    case .alternation(let nodes): try append(choices: nodes)
    case .repetition(.set(let set), let least, let most, let greed):
      instructions.append(.run(set, least: least, most: most ?? .max, greed))
    case .repetition(let node, let least, let most, .possessive):
      try append(.atomic(.repetition(node, least: least, most: most, .greedy)))
    case .repetition(let node, let least, let most, let greed):
      try append(repeated: node, least: least, most: most, isLazy: greed == .lazy)
    case .lookahead(let node, let isNegative):
      let start = reserve()
      try append(node)
      instructions.append(.match)
      instructions[start] = .lookahead(isNegative: isNegative, next: instructions.count)
    case .lookbehind(let node, let length, let isNegative):
      let start = reserve()
      try append(node)
      instructions.append(.match)
      instructions[start] = .lookbehind(
        length: length, isNegative: isNegative, next: instructions.count)
    case .atomic(let node):
      let start = reserve()
      try append(node)
      instructions.append(.match)
      instructions[start] = .atomic(next: instructions.count)
    case .anchor(let anchor): instructions.append(.anchor(anchor))
    }
  }

  /// Makes room for an instruction that needs to know what comes after it.
  private mutating func reserve() -> Int {
    instructions.append(.match)
    return instructions.count - 1
  }

  private mutating func append(choices: [SplitNode]) throws(SplitPatternError) {
    var ends: [Int] = []
    for choice in choices.dropLast() {
      let fork = reserve()
      try append(choice)
      ends.append(reserve())
      instructions[fork] = .fork(preferred: fork + 1, other: instructions.count)
    }
    if let last = choices.last { try append(last) }
    for end in ends { instructions[end] = .jump(instructions.count) }
  }

  private mutating func append(
    repeated node: SplitNode, least: Int, most: Int?, isLazy: Bool
  ) throws(SplitPatternError) {
    for _ in 0..<least { try append(node) }
    var forks: [Int] = []
    for _ in least..<(most ?? least + 1) {
      forks.append(reserve())
      try append(node)
    }
    if most == nil, let fork = forks.first { instructions.append(.jump(fork)) }
    let end = instructions.count
    for fork in forks {
      instructions[fork] =
        isLazy ? .fork(preferred: end, other: fork + 1) : .fork(preferred: fork + 1, other: end)
    }
  }
}

/// Why a regular expression cannot be used as a split pattern.
package struct SplitPatternError: Error, Equatable, Sendable {
  /// The part of the expression that is to blame.
  package let construct: String
  /// What is wrong with it, in a few words.
  package let problem: String
  /// Whether nothing but this program is to blame: the expression itself is in order.
  package let isValid: Bool

  /// Creates an error.
  package init(construct: String, problem: String, isValid: Bool = false) {
    self.construct = construct
    self.problem = problem
    self.isValid = isValid
  }
}

/// A reader of the regular expressions in tokenizer files: the part of Oniguruma's syntax they use.
struct SplitPatternParser {
  private static let greatestDepth = 32

  let scalars: [Unicode.Scalar]
  var position = 0
  private var depth = 0

  private init(_ expression: String) { scalars = Array(expression.unicodeScalars) }

  /// Returns the tree of `expression`.
  static func parse(_ expression: String) throws(SplitPatternError) -> SplitNode {
    var parser = SplitPatternParser(expression)
    let node = try parser.alternation(ignoresCase: false)
    if parser.peek != nil { throw parser.error("a parenthesis that was not opened") }
    return node
  }

  var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  func error(
    _ problem: String, from start: Int? = nil, isImplemented: Bool = true
  ) -> SplitPatternError {
    let first = min(start ?? position, scalars.count)
    let last = max(first, min(position + 1, scalars.count))
    var construct = String.UnicodeScalarView()
    construct.append(contentsOf: scalars[first..<last])
    return SplitPatternError(
      construct: String(construct), problem: problem, isValid: !isImplemented)
  }

  /// Takes `text` if it is next.
  mutating func take(_ text: String) -> Bool {
    if !scalars[position...].starts(with: text.unicodeScalars) { return false }
    position += text.unicodeScalars.count
    return true
  }

  private mutating func alternation(ignoresCase: Bool) throws(SplitPatternError) -> SplitNode {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.greatestDepth { throw error("more than \(Self.greatestDepth) levels") }
    // Oniguruma allows `(?i)` anywhere; here it holds for a whole group or not at all.
    let ignoresCase = take("(?i)") || ignoresCase
    var choices = [try sequence(ignoresCase: ignoresCase)]
    while take("|") { choices.append(try sequence(ignoresCase: ignoresCase)) }
    return choices.count == 1 ? choices[0] : .alternation(choices)
  }

  private mutating func sequence(ignoresCase: Bool) throws(SplitPatternError) -> SplitNode {
    var nodes: [SplitNode] = []
    while let next = peek, next != "|", next != ")" {
      var node = try atom(ignoresCase: ignoresCase)
      var quantifiers = 0
      while let repeated = try repetition(of: node) {
        node = repeated
        quantifiers += 1
        if quantifiers > 8 { throw error("more than 8 quantifiers in a row") }
      }
      nodes.append(node)
    }
    return nodes.count == 1 ? nodes[0] : .sequence(nodes)
  }

  private mutating func atom(ignoresCase: Bool) throws(SplitPatternError) -> SplitNode {
    let start = position
    guard let scalar = peek else { throw error("end where something should be") }
    switch scalar {
    case "(": return try group(ignoresCase: ignoresCase)
    case "[": return .set(try bracketSet(ignoresCase: ignoresCase))
    case "*", "+", "?": throw error("a quantifier with nothing to repeat")
    default: break
    }
    position += 1
    switch scalar {
    case ".": return .set(ScalarSet([.range(0x0A...0x0A)], isNegated: true))
    case "^": return .anchor(.lineStart)
    case "$": return .anchor(.lineEnd)
    case "\\":
      if take("A") { return .anchor(.textStart) }
      if take("z") { return .anchor(.textEnd) }
      if take("Z") { return .anchor(.textEndOrLastBreak) }
      if take("b") { return .anchor(.wordBoundary) }
      if take("B") { return .anchor(.notWordBoundary) }
      switch try escape(from: start) {
      case .scalar(let scalar): return .set(ScalarSet(scalar, ignoresCase: ignoresCase))
      case .part(let part): return .set(ScalarSet([part]))
      }
    default: return .set(ScalarSet(scalar, ignoresCase: ignoresCase))
    }
  }

  private mutating func group(ignoresCase: Bool) throws(SplitPatternError) -> SplitNode {
    let start = position
    var kind: GroupKind = .plain
    for (opening, openedKind) in Self.groupOpenings where position == start && take(opening) {
      kind = openedKind
    }
    if kind == .plain, peek == "?" {
      throw error("a kind of group that is not implemented", from: start, isImplemented: false)
    }
    let node =
      switch kind {
      case .ignoringCase: try alternation(ignoresCase: true)
      case .heedingCase: try alternation(ignoresCase: false)
      default: try alternation(ignoresCase: ignoresCase)
      }
    if !take(")") { throw error("a parenthesis that is not closed", from: start) }
    switch kind {
    case .plain, .ignoringCase, .heedingCase: return node
    case .lookahead: return .lookahead(node, isNegative: false)
    case .negativeLookahead: return .lookahead(node, isNegative: true)
    case .atomic: return .atomic(node)
    case .lookbehind: return try lookbehind(node, isNegative: false, from: start)
    case .negativeLookbehind: return try lookbehind(node, isNegative: true, from: start)
    }
  }

  /// A look back over each of several alternatives, all of which have a length.
  private func lookbehind(
    _ node: SplitNode, isNegative: Bool, from start: Int
  ) throws(SplitPatternError) -> SplitNode {
    let choices = if case .alternation(let nodes) = node { nodes } else { [node] }
    var parts: [SplitNode] = []
    for choice in choices {
      guard let length = choice.fixedLength else {
        throw error("a lookbehind without a fixed length", from: start, isImplemented: false)
      }
      parts.append(.lookbehind(choice, length: length, isNegative: isNegative))
    }
    if parts.count == 1 { return parts[0] }
    return isNegative ? .sequence(parts) : .alternation(parts)
  }

  private enum GroupKind {
    case plain
    case ignoringCase
    case heedingCase
    case lookahead
    case negativeLookahead
    case lookbehind
    case negativeLookbehind
    case atomic
  }

  /// The longer ones first; what is inside a capturing group is not needed apart.
  private static let groupOpenings: [(opening: String, kind: GroupKind)] = [
    ("(?-i:", .heedingCase), ("(?i:", .ignoringCase), ("(?:", .plain), ("(?=", .lookahead),
    ("(?!", .negativeLookahead), ("(?<=", .lookbehind), ("(?<!", .negativeLookbehind),
    ("(?>", .atomic), ("(", .plain),
  ]
}

extension SplitPatternParser {
  /// Reads a quantifier and returns `node` repeated by it, or `nil` if there is none.
  private mutating func repetition(
    of node: SplitNode
  ) throws(SplitPatternError) -> SplitNode? {
    let start = position
    var least = 0
    var most: Int?
    var isInterval = false
    if take("*") {
    } else if take("+") {
      least = 1
    } else if take("?") {
      most = 1
    } else if let bounds = try interval() {
      (least, most) = bounds
      isInterval = true
    } else {
      return nil
    }
    if most == nil, node.canBeEmpty {
      throw error("an endless repetition of what can be empty", from: start)
    }
    // As in Ruby: `{2}?` is an optional `{2}`, and `{1,2}+` repeats `{1,2}`.
    if !(isInterval && least == most), take("?") {
      return .repetition(node, least: least, most: most, .lazy)
    }
    if !isInterval, take("+") {
      return .repetition(node, least: least, most: most, .possessive)
    }
    return .repetition(node, least: least, most: most, .greedy)
  }

  /// Reads `{2}`, `{2,}`, `{,3}` or `{2,3}`; any other brace stands for itself.
  private mutating func interval() throws(SplitPatternError) -> (least: Int, most: Int?)? {
    let start = position
    guard take("{") else { return nil }
    let least = number()
    var most = least
    let hasComma = take(",")
    if hasComma { most = number() }
    guard take("}"), least != nil || most != nil else {
      position = start
      return nil
    }
    if (least ?? 0) > 1000 || (most ?? 0) > 1000 || (most ?? .max) < (least ?? 0) {
      throw error("bounds that are not 0 to 1000, smaller first", from: start)
    }
    return (least ?? 0, most)
  }

  private mutating func number() -> Int? {
    var number: Int?
    while let scalar = peek, ("0"..."9").contains(scalar), (number ?? 0) < 1_000_000 {
      number = (number ?? 0) * 10 + Int(scalar.value - 0x30)
      position += 1
    }
    return number
  }
}

/// Why a regular expression cannot be used as a split pattern.
package struct SplitPatternError: Error, Equatable, Sendable {
  /// The part of the expression that is to blame.
  package let construct: String
  /// What is wrong with it, in a few words.
  package let problem: String
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

  func error(_ problem: String, from start: Int? = nil) -> SplitPatternError {
    let first = min(start ?? position, scalars.count)
    let last = max(first, min(position + 1, scalars.count))
    var construct = String.UnicodeScalarView()
    construct.append(contentsOf: scalars[first..<last])
    return SplitPatternError(construct: String(construct), problem: problem)
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
    var ignoresCase = ignoresCase
    var choices = [try sequence(ignoresCase: &ignoresCase)]
    while take("|") { choices.append(try sequence(ignoresCase: &ignoresCase)) }
    return choices.count == 1 ? choices[0] : .alternation(choices)
  }

  private mutating func sequence(
    ignoresCase: inout Bool
  ) throws(SplitPatternError) -> SplitNode {
    var nodes: [SplitNode] = []
    while let next = peek, next != "|", next != ")" {
      if take("(?i)") {
        ignoresCase = true
        continue
      }
      var node = try atom(ignoresCase: ignoresCase)
      while let repeated = try repetition(of: node) { node = repeated }
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
      switch try escape(from: start) {
      case .scalar(let scalar): return .set(ScalarSet(scalar, ignoresCase: ignoresCase))
      case .part(let part): return .set(ScalarSet([part]))
      }
    default: return .set(ScalarSet(scalar, ignoresCase: ignoresCase))
    }
  }

  private mutating func group(ignoresCase: Bool) throws(SplitPatternError) -> SplitNode {
    let start = position
    var make: (SplitNode) -> SplitNode = { $0 }
    var ignoresCase = ignoresCase
    if take("(?:") {
    } else if take("(?i:") {
      ignoresCase = true
    } else if take("(?-i:") {
      ignoresCase = false
    } else if take("(?=") {
      make = { .lookahead($0, isNegative: false) }
    } else if take("(?!") {
      make = { .lookahead($0, isNegative: true) }
    } else if take("(?>") {
      make = { .atomic($0) }
    } else if take("(?") {
      throw error("a kind of group that is not implemented", from: start)
    } else {
      position += 1
    }
    let node = try alternation(ignoresCase: ignoresCase)
    if !take(")") { throw error("a parenthesis that is not closed", from: start) }
    return make(node)
  }
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

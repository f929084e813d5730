/// Whole-number arithmetic over the variables of a schema, as in "2*n - 1".
indirect enum Expression: Sendable {
  case constant(Int)
  case variable(Int)
  case sum(Expression, Expression)
  case difference(Expression, Expression)
  case product(Expression, Expression)

  /// The value, or nil while a variable has none.
  func value(_ bindings: [Int?]) -> Int? {
    switch self {
    case .constant(let value): value
    case .variable(let index): bindings[index]
    case .sum(let left, let right): Self.both(left, right, bindings, +)
    case .difference(let left, let right): Self.both(left, right, bindings, -)
    case .product(let left, let right): Self.both(left, right, bindings, *)
    }
  }

  /// The variables in the order in which they are read.
  var variables: [Int] {
    switch self {
    case .constant: []
    case .variable(let index): [index]
    case .sum(let left, let right), .difference(let left, let right), .product(let left, let right):
      left.variables + right.variables
    }
  }

  private static func both(
    _ left: Expression, _ right: Expression, _ bindings: [Int?], _ operation: (Int, Int) -> Int
  ) -> Int? {
    guard let left = left.value(bindings), let right = right.value(bindings) else { return nil }
    return operation(left, right)
  }
}

extension Expression {
  /// Reads sums, differences and products of numbers and `names`.
  init(parsing text: some StringProtocol, names: [String]) throws(SchemaError) {
    let pieces = Lexer.pieces(of: text).filter { !$0.isSpace }.map(\.text)
    var rest = pieces[...]
    self = try Self.sum(&rest, names)
    guard rest.isEmpty else { throw SchemaError("'\(text)' is not arithmetic") }
  }

  private static func sum(_ rest: inout ArraySlice<String>, _ names: [String]) throws(SchemaError)
    -> Self
  {
    var result = try product(&rest, names)
    while let sign = rest.first, sign == "+" || sign == "-" {
      rest.removeFirst()
      let term = try product(&rest, names)
      result = sign == "+" ? .sum(result, term) : .difference(result, term)
    }
    return result
  }

  private static func product(
    _ rest: inout ArraySlice<String>, _ names: [String]
  ) throws(SchemaError) -> Self {
    var result = try factor(&rest, names)
    while rest.first == "*" {
      rest.removeFirst()
      result = .product(result, try factor(&rest, names))
    }
    return result
  }

  private static func factor(
    _ rest: inout ArraySlice<String>, _ names: [String]
  ) throws(SchemaError) -> Self {
    guard let word = rest.popFirst() else { throw SchemaError("arithmetic ends too early") }
    if let number = Int(word) { return .constant(number) }
    guard let index = names.firstIndex(of: word) else {
      throw SchemaError("'\(word)' is not a variable")
    }
    return .variable(index)
  }
}

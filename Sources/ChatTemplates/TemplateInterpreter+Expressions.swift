import Foundation

/// Values of expressions.
extension TemplateInterpreter {
  mutating func value(of expression: TemplateExpression) throws(TemplateError) -> TemplateValue {
    try pay()
    switch expression {
    case .literal(let value): return value
    case .list(let elements): return .list(try values(of: elements))
    case .dictionary(let members): return try dictionary(members)
    case .name(let name): return variable(name) ?? .undefined(name)
    case .attribute(let target, let name): return try attribute(name, of: try value(of: target))
    case .item(let target, let index):
      let target = try value(of: target)
      return try item(try value(of: index), of: target)
    case .slice(let target, let start, let end, let step):
      return try slice(try value(of: target), start, end, step)
    case .call(let function, let arguments): return try call(function, arguments)
    case .filter(let target, let name, let arguments):
      let target = try value(of: target)
      return try filtered(target, by: name, try evaluated(arguments))
    case .test(let target, let name, let arguments):
      let target = try value(of: target)
      return .bool(try test(target, name, try values(of: arguments.positional)))
    case .not(let operand): return .bool(!(try value(of: operand).isTrue))
    case .negative(let operand): return try negative(try value(of: operand))
    case .and(let left, let right):
      let left = try value(of: left)
      return left.isTrue ? try value(of: right) : left
    case .or(let left, let right):
      let left = try value(of: left)
      return left.isTrue ? left : try value(of: right)
    case .comparison(let first, let others): return .bool(try compared(first, others))
    case .arithmetic(let operation, let left, let right):
      let left = try value(of: left)
      return try arithmetic(operation, left, try value(of: right))
    case .concatenation(let left, let right):
      let left = try printed(try value(of: left))
      return .string(left + (try printed(try value(of: right))))
    case .choice(let condition, let then, let otherwise):
      if try value(of: condition).isTrue { return try value(of: then) }
      return try otherwise.map { expression throws(TemplateError) in try value(of: expression) }
        ?? .undefined("the other side of an 'if' without 'else'")
    }
  }

  /// The text of a value, paid for.
  mutating func printed(_ value: TemplateValue) throws(TemplateError) -> String {
    try pay(size(of: value))
    return value.printed
  }

  /// A measure of how long the text of a value is; beyond ``sizeLimit`` counting stops.
  ///
  /// A list can hold another one many times, so that its text is far longer than its memory.
  func size(of value: TemplateValue) -> Int {
    var size = 0
    add(value, to: &size)
    return size
  }

  private func add(_ value: TemplateValue, to size: inout Int) {
    guard size <= Self.sizeLimit else { return }
    switch value {
    case .string(let text): size += text.utf8.count
    case .list(let elements):
      size += 2
      for element in elements { add(element, to: &size) }
    case .dictionary(let dictionary):
      for member in dictionary.members {
        size += 4 + member.key.utf8.count
        add(member.value, to: &size)
      }
    case .undefined, .none, .bool, .int, .double, .namespace, .macro: size += 8
    }
  }

  private mutating func values(
    of expressions: [TemplateExpression]
  ) throws(TemplateError) -> [TemplateValue] {
    var values: [TemplateValue] = []
    for expression in expressions { values.append(try value(of: expression)) }
    return values
  }

  private mutating func dictionary(
    _ members: [(key: TemplateExpression, value: TemplateExpression)]
  ) throws(TemplateError) -> TemplateValue {
    var dictionary = TemplateDictionary()
    for member in members {
      guard let key = try value(of: member.key).text else {
        throw error(.unsupported("a dictionary with keys that are no texts"))
      }
      dictionary[key: key] = try value(of: member.value)
    }
    return .dictionary(dictionary)
  }

  /// The elements a loop or filter goes through.
  mutating func elements(of value: TemplateValue) throws(TemplateError) -> [TemplateValue] {
    try pay(size(of: value))
    switch value {
    case .list(let elements): return elements
    case .string(let text): return text.unicodeScalars.map { .string(String($0)) }
    case .dictionary(let dictionary): return dictionary.members.map { .string($0.key) }
    case .undefined: return []
    case .none, .bool, .int, .double, .namespace, .macro:
      throw problem("\(value.kind) has no elements")
    }
  }
}

/// Members of values.
extension TemplateInterpreter {
  private func attribute(
    _ name: String, of value: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    switch value {
    case .dictionary(let dictionary): return dictionary[key: name] ?? .undefined(name)
    case .namespace(let namespace): return namespace.members[key: name] ?? .undefined(name)
    case .undefined(let missing):
      throw problem("'\(missing)' is undefined, so it has no '\(name)'")
    case .none, .bool, .int, .double, .string, .list, .macro: return .undefined(name)
    }
  }

  private func item(
    _ index: TemplateValue, of value: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    switch value {
    case .list(let elements):
      guard let index = index.integer else { throw problem("a list has no item \(index.kind)") }
      let place = index < 0 ? index + elements.count : index
      return elements.indices.contains(place) ? elements[place] : .undefined("[\(index)]")
    case .string(let text):
      guard let index = index.integer else { throw problem("a text has no item \(index.kind)") }
      let scalars = Array(text.unicodeScalars)
      let place = index < 0 ? index + scalars.count : index
      return scalars.indices.contains(place)
        ? .string(String(scalars[place])) : .undefined("[\(index)]")
    case .dictionary, .namespace, .undefined:
      guard let name = index.text else { return .undefined(index.printed) }
      return try attribute(name, of: value)
    case .none, .bool, .int, .double, .macro: return .undefined(index.printed)
    }
  }

  private mutating func slice(
    _ value: TemplateValue, _ start: TemplateExpression?, _ end: TemplateExpression?,
    _ step: TemplateExpression?
  ) throws(TemplateError) -> TemplateValue {
    func bound(_ expression: TemplateExpression?) throws(TemplateError) -> Int? {
      guard let expression else { return nil }
      let value = try self.value(of: expression)
      if case .none = value { return nil }
      guard let bound = value.integer else { throw problem("\(value.kind) bounds a slice") }
      return bound
    }
    let (start, end, step) = (try bound(start), try bound(end), try bound(step) ?? 1)
    guard step != 0 else { throw problem("a slice has steps of 0") }
    try pay(size(of: value))
    switch value {
    case .list(let elements):
      return .list(Self.places(elements.count, start, end, step).map { elements[$0] })
    case .string(let text):
      let scalars = Array(text.unicodeScalars)
      var part = String.UnicodeScalarView()
      for place in Self.places(scalars.count, start, end, step) { part.append(scalars[place]) }
      return .string(String(part))
    case .undefined, .none, .bool, .int, .double, .dictionary, .namespace, .macro:
      throw problem("\(value.kind) cannot be sliced")
    }
  }

  /// The places a slice of `count` elements takes, as Python counts them.
  private static func places(_ count: Int, _ start: Int?, _ end: Int?, _ step: Int) -> [Int] {
    func clamped(_ place: Int, _ low: Int, _ high: Int) -> Int {
      let place = place < 0 ? max(place, -count - 1) + count : place
      return min(max(place, low), high)
    }
    let isForward = step > 0
    let (low, high) = isForward ? (0, count) : (-1, count - 1)
    let first = start.map { clamped($0, low, high) } ?? (isForward ? 0 : count - 1)
    let last = end.map { clamped($0, low, high) } ?? (isForward ? count : -1)
    guard step.magnitude <= UInt(count) + 1 else {
      return (isForward ? first < last : first > last) ? [first] : []
    }
    return Array(stride(from: first, to: last, by: step))
  }
}

/// Operators.
extension TemplateInterpreter {
  private func negative(_ value: TemplateValue) throws(TemplateError) -> TemplateValue {
    if let whole = value.integer {
      let (negated, overflows) = 0.subtractingReportingOverflow(whole)
      guard !overflows else { throw problem("a number is too large") }
      return .int(negated)
    }
    guard let number = value.number else { throw problem("\(value.kind) has no negative") }
    return .double(-number)
  }

  private mutating func compared(
    _ first: TemplateExpression, _ others: [(TemplateExpression.Comparison, TemplateExpression)]
  ) throws(TemplateError) -> Bool {
    var left = try value(of: first)
    for (comparison, expression) in others {
      let right = try value(of: expression)
      guard try holds(comparison, left, right) else { return false }
      left = right
    }
    return true
  }

  private mutating func holds(
    _ comparison: TemplateExpression.Comparison, _ left: TemplateValue, _ right: TemplateValue
  ) throws(TemplateError) -> Bool {
    try pay(size(of: left) + size(of: right))
    switch comparison {
    case .equal: return left.isEqual(to: right)
    case .notEqual: return !left.isEqual(to: right)
    case .contained: return try contains(right, left)
    case .notContained: return !(try contains(right, left))
    case .less: return try precedes(left, right)
    case .greater: return try precedes(right, left)
    case .lessOrEqual: return !(try precedes(right, left))
    case .greaterOrEqual: return !(try precedes(left, right))
    }
  }

  private func contains(
    _ container: TemplateValue, _ value: TemplateValue
  ) throws(TemplateError) -> Bool {
    switch container {
    case .string(let text):
      guard let part = value.text else { throw problem("\(value.kind) is looked for in a text") }
      return Scalars(text).contains(Scalars(part))
    case .list(let elements): return elements.contains { $0.isEqual(to: value) }
    case .dictionary(let dictionary): return value.text.map { dictionary[key: $0] != nil } ?? false
    case .namespace(let namespace):
      return value.text.map { namespace.members[key: $0] != nil } ?? false
    case .undefined: return false
    case .none, .bool, .int, .double, .macro:
      throw problem("\(value.kind) is looked for in \(container.kind)")
    }
  }

  func precedes(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateError) -> Bool {
    if let left = left.number, let right = right.number { return left < right }
    if let left = left.text, let right = right.text {
      return left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
    }
    throw problem("\(left.kind) and \(right.kind) have no order")
  }

  private mutating func arithmetic(
    _ operation: TemplateExpression.Arithmetic, _ left: TemplateValue, _ right: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    switch (operation, left, right) {
    case (.plus, .string(let left), .string(let right)):
      try pay(left.utf8.count + right.utf8.count)
      return .string(left + right)
    case (.plus, .list(let left), .list(let right)):
      try pay(left.count + right.count)
      return .list(left + right)
    case (.times, .string(let text), .int(let count)), (.times, .int(let count), .string(let text)):
      let (size, isTooLarge) = text.utf8.count.multipliedReportingOverflow(by: max(0, count))
      try pay(isTooLarge ? .max : size)
      return .string(String(repeating: text, count: max(0, count)))
    case (.remainder, .string, _): throw error(.unsupported("formatting with %"))
    default: break
    }
    if let left = left.integer, let right = right.integer,
      let whole = try Self.whole(operation, left, right, problem)
    {
      return .int(whole)
    }
    guard let a = left.number, let b = right.number else {
      throw problem("\(left.kind) \(operation.rawValue) \(right.kind) has no meaning")
    }
    return .double(try real(operation, a, b))
  }

  /// The whole number an operation on whole numbers gives; `nil` where Python gives another kind.
  private static func whole(
    _ operation: TemplateExpression.Arithmetic, _ left: Int, _ right: Int,
    _ problem: (String) -> TemplateError
  ) throws(TemplateError) -> Int? {
    let result: (partialValue: Int, overflow: Bool)
    switch operation {
    case .plus: result = left.addingReportingOverflow(right)
    case .minus: result = left.subtractingReportingOverflow(right)
    case .times: result = left.multipliedReportingOverflow(by: right)
    case .floorDivided, .remainder:
      guard right != 0 else { throw problem("division by 0") }
      guard right != -1 else {
        result = operation == .remainder ? (0, false) : 0.subtractingReportingOverflow(left)
        break
      }
      let (quotient, rest) = left.quotientAndRemainder(dividingBy: right)
      let isBelow = rest != 0 && (rest < 0) != (right < 0)
      result = (
        operation == .remainder ? rest + (isBelow ? right : 0) : quotient - (isBelow ? 1 : 0), false
      )
    case .power:
      guard right >= 0 else { return nil }
      result = wholePower(left, right)
    case .divided: return nil
    }
    guard !result.overflow else { throw problem("a number is too large") }
    return result.partialValue
  }

  private static func wholePower(
    _ base: Int, _ exponent: Int
  ) -> (partialValue: Int, overflow: Bool) {
    guard base.magnitude > 1 else {
      return (base == 0 && exponent > 0 ? 0 : exponent % 2 == 0 ? 1 : base, false)
    }
    var power = (partialValue: 1, overflow: false)
    // Beyond 64 factors anything but 0, 1 and -1 is too large.
    for _ in 0..<min(exponent, 64) where !power.overflow {
      power = power.partialValue.multipliedReportingOverflow(by: base)
    }
    return power
  }

  private func real(
    _ operation: TemplateExpression.Arithmetic, _ left: Double, _ right: Double
  ) throws(TemplateError) -> Double {
    switch operation {
    case .plus: return left + right
    case .minus: return left - right
    case .times: return left * right
    case .power: return pow(left, right)
    case .divided, .floorDivided, .remainder:
      guard right != 0 else { throw problem("division by 0") }
      if operation == .divided { return left / right }
      let quotient = (left / right).rounded(.down)
      return operation == .floorDivided ? quotient : left - quotient * right
    }
  }
}

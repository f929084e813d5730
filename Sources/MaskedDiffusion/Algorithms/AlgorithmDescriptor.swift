/// How a remasking strategy or a transfer schedule presents itself: menus, help and checks are
/// made from it.
public struct AlgorithmDescriptor: Equatable, Sendable {
  /// The name users type and traces store; never changed once published.
  public var name: String
  /// One line that says what it does.
  public var summary: String
  /// Where it is defined: paper, or repository and function.
  public var source: String
  /// Its own parameters, in the order menus show them.
  public var parameters: [ParameterDescriptor]

  /// Creates a descriptor.
  public init(name: String, summary: String, source: String, parameters: [ParameterDescriptor] = [])
  {
    self.name = name
    self.summary = summary
    self.source = source
    self.parameters = parameters
  }

  /// Checks that every parameter is known and within its range.
  ///
  /// - Throws: ``SamplerError/unknownParameter(algorithm:name:known:)``,
  ///   ``SamplerError/parameterOutOfRange(algorithm:name:found:expected:)``.
  public func check(_ values: ParameterValues) throws(SamplerError) {
    for (name, value) in values.sorted {
      guard let parameter = parameters.first(where: { $0.name == name }) else {
        throw .unknownParameter(
          algorithm: self.name, name: name, known: parameters.map(\.name))
      }
      guard parameter.kind.accepts(value) else {
        throw .parameterOutOfRange(
          algorithm: self.name, name: name, found: value.description,
          expected: parameter.kind.description)
      }
    }
  }
}

/// A parameter of a strategy or schedule.
public struct ParameterDescriptor: Equatable, Sendable {
  /// The name, lower case with hyphens.
  public var name: String
  /// One line that says what it moves.
  public var summary: String
  /// The values it takes, with the default.
  public var kind: Kind

  /// Creates a descriptor.
  public init(name: String, summary: String, kind: Kind) {
    self.name = name
    self.summary = summary
    self.kind = kind
  }

  /// The values a parameter takes.
  public enum Kind: Equatable, Sendable, CustomStringConvertible {
    /// A number within `range`.
    case number(range: ClosedRange<Double>, defaultValue: NumberDefault)
    /// One of some words.
    case choice(options: [String], defaultValue: String)
    /// An order of positions, or the word `none`.
    case order

    /// The default in words; where it depends on another parameter, all of them.
    public var defaultDescription: String {
      switch self {
      case .number(_, let value): value.description
      case .choice(_, let word): word
      case .order: "none"
      }
    }

    /// Whether `value` is one the parameter takes.
    public func accepts(_ value: ParameterValue) -> Bool {
      switch (self, value) {
      case (.number(let range, _), .number(let number)): range.contains(number)
      case (.choice(let options, _), .choice(let word)): options.contains(word)
      case (.order, .choice(let text)): text == "none" || PositionOrder(text) != nil
      default: false
      }
    }

    /// The accepted values in words, for help and errors.
    public var description: String {
      switch self {
      case .number(let range, _):
        "a number in \(shortest(range.lowerBound))...\(shortest(range.upperBound))"
      case .choice(let options, _): "one of \(options.joined(separator: ", "))"
      case .order: "an order such as 0-3>8>4-7 that goes in no circle, or none"
      }
    }
  }
}

/// The number a parameter has when none is given.
public enum NumberDefault: Equatable, Sendable, CustomStringConvertible,
  ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral
{
  /// Always the same.
  case always(Double)
  /// One for each word of another parameter, in the order help lists them; 0 for other words.
  case depending(on: String, [(word: String, value: Double)])

  /// Creates a default that is always the same.
  public init(floatLiteral value: Double) { self = .always(value) }

  /// Creates a default that is always the same.
  public init(integerLiteral value: Int) { self = .always(Double(value)) }

  /// The default, or the first of several.
  public var usual: Double {
    switch self {
    case .always(let value): value
    case .depending(_, let values): values.first?.value ?? 0
    }
  }

  /// The default or defaults in words: `0.1`, or `cap 0.008, rescale 0.015`.
  public var description: String {
    switch self {
    case .always(let value): shortest(value)
    case .depending(_, let values):
      values.map { "\($0.word) \(shortest($0.value))" }.joined(separator: ", ")
    }
  }

  /// Whether two defaults are the same.
  public static func == (left: NumberDefault, right: NumberDefault) -> Bool {
    switch (left, right) {
    case (.always(let first), .always(let second)): first == second
    case (.depending(let first, let values), .depending(let second, let others)):
      first == second && values.elementsEqual(others, by: ==)
    case (.always, .depending), (.depending, .always): false
    }
  }
}

extension AlgorithmDescriptor {
  /// The value of `parameter` that is in force: the one given, or its default, which may depend on
  /// another parameter.
  public func value(
    of parameter: ParameterDescriptor, given values: ParameterValues
  ) -> ParameterValue {
    if let value = values[parameter.name] { return value }
    switch parameter.kind {
    case .choice(_, let word): return .choice(word)
    case .order: return .choice("none")
    case .number(_, .always(let number)): return .number(number)
    case .number(_, .depending(let name, let numbers)):
      let other = parameters.first { $0.name == name }.map { value(of: $0, given: values) }
      return .number(numbers.first { $0.word == other?.description }?.value ?? 0)
    }
  }

  /// The number called `name`: the one given, or its default.
  ///
  /// - Precondition: The algorithm has such a parameter.
  public func number(_ name: String, in values: ParameterValues) -> Double {
    guard case .number(let number) = complete(values)[name] else {
      preconditionFailure("'\(self.name)' has no number called '\(name)'")
    }
    return number
  }

  /// The word called `name`: the one given, or its default.
  ///
  /// - Precondition: The algorithm has such a parameter.
  public func choice(_ name: String, in values: ParameterValues) -> String {
    guard case .choice(let word) = complete(values)[name] else {
      preconditionFailure("'\(self.name)' has no word called '\(name)'")
    }
    return word
  }

  /// `values` with the default of every parameter that was not given.
  public func complete(_ values: ParameterValues) -> ParameterValues {
    parameters.reduce(into: values) { $0[$1.name] = value(of: $1, given: values) }
  }
}

/// The value of a parameter.
public enum ParameterValue: Equatable, Sendable, CustomStringConvertible {
  /// A number.
  case number(Double)
  /// One of the words its descriptor lists.
  case choice(String)

  /// Reads a value: a number where `text` is one, otherwise a word.
  public init(parsing text: String) {
    self = Double(text).map { .number($0) } ?? .choice(text)
  }

  /// The value as the command line spells it.
  public var description: String {
    switch self {
    case .number(let number): shortest(number)
    case .choice(let word): word
    }
  }
}

/// Parameter values by name: those that were given, without defaults.
public struct ParameterValues: Equatable, Sendable, ExpressibleByDictionaryLiteral {
  private var values: [String: ParameterValue] = [:]

  /// Creates values from a literal such as `["tau": .number(0.9)]`.
  public init(dictionaryLiteral elements: (String, ParameterValue)...) {
    values = Dictionary(elements, uniquingKeysWith: { $1 })
  }

  /// The value of the parameter called `name`, `nil` when it was not given.
  public subscript(name: String) -> ParameterValue? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// Whether no parameter was given.
  public var isEmpty: Bool { values.isEmpty }

  /// Names and values, ordered by name.
  public var sorted: [(name: String, value: ParameterValue)] {
    values.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
  }
}

/// `number` with no more digits than it needs: “32”, not “32.0”.
func shortest(_ number: Double) -> String {
  guard number == number.rounded(), abs(number) < 1e15 else { return "\(number)" }
  return "\(Int64(number))"
}

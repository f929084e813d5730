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
    case number(range: ClosedRange<Double>, defaultValue: Double)
    /// One of some words.
    case choice(options: [String], defaultValue: String)

    /// The value used when none is given.
    public var defaultValue: ParameterValue {
      switch self {
      case .number(_, let value): .number(value)
      case .choice(_, let value): .choice(value)
      }
    }

    /// Whether `value` is one the parameter takes.
    public func accepts(_ value: ParameterValue) -> Bool {
      switch (self, value) {
      case (.number(let range, _), .number(let number)): range.contains(number)
      case (.choice(let options, _), .choice(let word)): options.contains(word)
      default: false
      }
    }

    /// The accepted values in words, for help and errors.
    public var description: String {
      switch self {
      case .number(let range, _):
        "a number in \(shortest(range.lowerBound))...\(shortest(range.upperBound))"
      case .choice(let options, _): "one of \(options.joined(separator: ", "))"
      }
    }
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

  /// The number given for `name`, or `defaultValue`.
  public func number(_ name: String, default defaultValue: Double) -> Double {
    guard case .number(let number) = values[name] else { return defaultValue }
    return number
  }

  /// The word given for `name`, or `defaultValue`.
  public func choice(_ name: String, default defaultValue: String) -> String {
    guard case .choice(let word) = values[name] else { return defaultValue }
    return word
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

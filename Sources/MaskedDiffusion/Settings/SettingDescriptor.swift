/// How a setting presents itself.
///
/// Options of commands, JSON, menus, help, errors and checks are made from it, so a setting that is
/// added is one row of a table: ``SettingRegistry/all`` for runs.
///
/// `Root` is the structure the setting is a member of.
public struct SettingDescriptor<Root>: Sendable, CustomStringConvertible {
  /// The name users type, lower case with hyphens; never changed once published.
  public let name: String
  /// The name in JSON, lower case with underscores; never changed once published.
  public let key: String
  /// Another name users may type.
  public let alias: String?
  /// The word that stands for the value in help.
  public let valueName: String
  /// One line that says what the setting does.
  public let summary: String
  /// What else help says; empty where the summary is enough.
  public let remark: String
  /// The values it takes.
  public let kind: SettingKind
  /// Whether it can be switched off.
  public let canBeOff: Bool
  /// How a slider moves.
  public let moves: SettingMoves
  /// Whether it is listed behind those that are changed often.
  public let isRare: Bool
  /// The setting it is a parameter of, if it is one.
  public let parent: String?

  /// Whether it changes a run that is alone.
  public private(set) var changesOneRun = true

  let get: @Sendable (Root) -> SettingValue
  /// Stores a value that `kind` accepts, or `.off` where that can be.
  let set: @Sendable (inout Root, SettingValue) -> Void

  init(
    name: String, key: String? = nil, alias: String? = nil, valueName: String = "value",
    summary: String, remark: String = "", kind: SettingKind, canBeOff: Bool = false,
    moves: SettingMoves = .none,
    isRare: Bool = false, parent: String? = nil,
    get: @escaping @Sendable (Root) -> SettingValue,
    set: @escaping @Sendable (inout Root, SettingValue) -> Void
  ) {
    self.name = name
    self.key = key ?? String(name.map { $0 == "-" ? "_" : $0 })
    self.alias = alias
    self.valueName = valueName
    self.summary = summary
    self.remark = remark
    self.kind = kind
    self.canBeOff = canBeOff
    self.moves = moves
    self.isRare = isRare
    self.parent = parent
    self.get = get
    self.set = set
  }

  /// The same setting, which changes nothing unless several runs are done together.
  var ofSeveralRuns: SettingDescriptor {
    var row = self
    row.changesOneRun = false
    return row
  }

  /// The name.
  public var description: String { name }

  /// What the values are, in words: the range or the words, and `off` where that can be.
  public var range: String { kind.description + (canBeOff ? ", or off" : "") }

  /// The value in `root`; for a parameter that was not given, its default there.
  public func value(in root: Root) -> SettingValue { get(root) }

  /// Reads a value as users type it, with tokens by number alone.
  ///
  /// - Throws: As ``value(parsing:naming:)``.
  public func value(parsing text: String) throws(SamplerError) -> SettingValue {
    try value(parsing: text) { name throws(SamplerError) in
      throw .unknownToken(text: name, tokens: nil)
    }
  }

  /// Reads a value as users type it.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - naming: Says which token a text is.
  /// - Returns: The value.
  /// - Throws: ``SamplerError/settingOutOfRange(name:found:expected:)`` when the text is of another
  ///   kind, and what `naming` throws; a number may still be out of range.
  public func value(
    parsing text: String, naming: TokenNaming
  ) throws(SamplerError) -> SettingValue {
    if canBeOff, text == "off" { return .off }
    var reader = TokenListReader(text, setting: name, expected: range)
    if case .tokens = kind { return .tokens(try reader.tokens(naming)) }
    if case .biases = kind { return .biases(try reader.biases(naming)) }
    if case .algorithm = kind { return .algorithm(try AlgorithmSelection(parsing: text)) }
    guard let value = kind.value(parsing: text) else {
      throw .settingOutOfRange(name: name, found: "'\(text)'", expected: range)
    }
    return value
  }

  /// Checks that `value` is one the setting takes.
  ///
  /// - Throws: ``SamplerError/settingOutOfRange(name:found:expected:)`` and what checks an algorithm.
  public func check(_ value: SettingValue) throws(SamplerError) {
    if canBeOff, value == .off { return }
    guard kind.accepts(value) else {
      throw .settingOutOfRange(name: name, found: value.description, expected: range)
    }
    guard case .algorithm(let selection) = value, case .algorithm(let known) = kind else { return }
    guard let descriptor = known.first(where: { $0.name == selection.name }) else {
      throw .unknownAlgorithm(
        kind: name, name: selection.name,
        nearest: nearestName(to: selection.name, in: known.map(\.name)))
    }
    try descriptor.check(selection.parameters)
  }

  /// Gives the setting a value.
  ///
  /// - Throws: As ``check(_:)``; `root` then stays as it was.
  public func put(_ value: SettingValue, into root: inout Root) throws(SamplerError) {
    try check(value)
    set(&root, value)
  }
}

/// Rows made from key paths.
extension SettingDescriptor {
  static func integer(
    _ name: String, _ path: any WritableKeyPath<Root, Int> & Sendable, in range: ClosedRange<Int>,
    key: String? = nil, valueName: String = "n", moves: SettingMoves = .none, isRare: Bool = false,
    _ summary: String
  ) -> SettingDescriptor {
    SettingDescriptor(
      name: name, key: key, valueName: valueName, summary: summary, kind: .integer(range),
      moves: moves, isRare: isRare, get: { .integer($0[keyPath: path]) },
      set: { if case .integer(let number) = $1 { $0[keyPath: path] = number } })
  }

  static func optionalInteger(
    _ name: String, _ path: any WritableKeyPath<Root, Int?> & Sendable, in range: ClosedRange<Int>,
    alias: String? = nil, valueName: String = "n", moves: SettingMoves = .none,
    isRare: Bool = false, _ summary: String
  ) -> SettingDescriptor {
    SettingDescriptor(
      name: name, alias: alias, valueName: valueName, summary: summary, kind: .integer(range),
      canBeOff: true, moves: moves, isRare: isRare,
      get: { $0[keyPath: path].map { .integer($0) } ?? .off },
      set: {
        if case .integer(let number) = $1 { $0[keyPath: path] = number }
        if $1 == .off { $0[keyPath: path] = nil }
      })
  }

  static func number(
    _ name: String, _ path: any WritableKeyPath<Root, Double> & Sendable,
    in range: ClosedRange<Double>, key: String? = nil, valueName: String = "x",
    moves: SettingMoves = .none,
    isRare: Bool = false, _ summary: String
  ) -> SettingDescriptor {
    SettingDescriptor(
      name: name, key: key, valueName: valueName, summary: summary, kind: .number(range),
      moves: moves, isRare: isRare, get: { .number($0[keyPath: path]) },
      set: { if case .number(let number) = $1 { $0[keyPath: path] = number } })
  }

  static func optionalNumber(
    _ name: String, _ path: any WritableKeyPath<Root, Double?> & Sendable,
    in range: ClosedRange<Double>, valueName: String = "x", moves: SettingMoves = .none,
    isRare: Bool = false, _ summary: String
  ) -> SettingDescriptor {
    SettingDescriptor(
      name: name, valueName: valueName, summary: summary, kind: .number(range), canBeOff: true,
      moves: moves, isRare: isRare, get: { $0[keyPath: path].map { .number($0) } ?? .off },
      set: {
        if case .number(let number) = $1 { $0[keyPath: path] = number }
        if $1 == .off { $0[keyPath: path] = nil }
      })
  }

  static func flag(
    _ name: String, _ path: any WritableKeyPath<Root, Bool> & Sendable, isRare: Bool = false,
    _ summary: String
  ) -> SettingDescriptor {
    SettingDescriptor(
      name: name, valueName: "yes|no", summary: summary, kind: .flag, isRare: isRare,
      get: { .flag($0[keyPath: path]) },
      set: { if case .flag(let isOn) = $1 { $0[keyPath: path] = isOn } })
  }

  static func word<Word: SettingWord>(
    _ name: String, _ path: any WritableKeyPath<Root, Word> & Sendable, valueName: String = "word",
    isRare: Bool = false, _ summary: String, remark: String = ""
  ) -> SettingDescriptor {
    SettingDescriptor(
      name: name, valueName: valueName, summary: summary, remark: remark,
      kind: .choice(Word.allCases.map { SettingOption($0.rawValue, $0.summary) }), isRare: isRare,
      get: { .word($0[keyPath: path].rawValue) },
      set: {
        if case .word(let text) = $1, let word = Word(rawValue: text) { $0[keyPath: path] = word }
      })
  }

  static func algorithm(
    _ name: String, _ path: any WritableKeyPath<Root, AlgorithmSelection> & Sendable,
    among descriptors: [AlgorithmDescriptor], isRare: Bool = false, _ summary: String
  ) -> SettingDescriptor {
    SettingDescriptor(
      name: name, valueName: "name[:parameter=value,...]", summary: summary,
      kind: .algorithm(descriptors), isRare: isRare, get: { .algorithm($0[keyPath: path]) },
      set: { if case .algorithm(let selection) = $1 { $0[keyPath: path] = selection } })
  }
}

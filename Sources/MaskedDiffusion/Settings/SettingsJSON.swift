/// Settings as they stand in a trace: one member a row of ``SettingRegistry/all``.
///
/// What is off has no member. A row that a trace does not know keeps its default, so that traces can
/// be read that were written before a setting was added.
struct SettingsJSON: Codable {
  /// The settings, unchecked: a trace of a strategy unknown here can still be shown.
  var settings: SamplerSettings

  init(_ settings: SamplerSettings) { self.settings = settings }

  init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: NameKey.self)
    settings = SamplerSettings(
      steps: try members.decode(Int.self, forKey: NameKey("steps")),
      strategy: AlgorithmSelection("low-confidence"), schedule: AlgorithmSelection("timestep"))
    // A trace that does not say how it was written is none.
    for name in ["strategy", "schedule"] {
      _ = try members.decode(SelectionJSON.self, forKey: NameKey(name))
    }
    for row in SettingRegistry.all {
      let key = NameKey(row.key)
      guard members.contains(key), try !members.decodeNil(forKey: key) else {
        if row.canBeOff { row.set(&settings, .off) }
        continue
      }
      row.set(&settings, try Self.value(of: row, in: members))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: NameKey.self)
    for row in SettingRegistry.all {
      let key = NameKey(row.key)
      switch row.value(in: settings) {
      case .off: break
      case .integer(let number): try members.encode(number, forKey: key)
      case .seed(let seed): try members.encode(seed, forKey: key)
      case .number(let number): try members.encode(number, forKey: key)
      case .word(let word): try members.encode(word, forKey: key)
      case .flag(let isOn): try members.encode(isOn, forKey: key)
      case .algorithm(let selection):
        try members.encode(SelectionJSON(selection, of: row.name), forKey: key)
      case .tokens(let tokens): try members.encode(tokens, forKey: key)
      case .biases(let biases): try members.encode(BiasesJSON(biases), forKey: key)
      }
    }
  }

  private static func value(
    of row: SettingDescriptor<SamplerSettings>, in members: KeyedDecodingContainer<NameKey>
  ) throws -> SettingValue {
    let key = NameKey(row.key)
    switch row.kind {
    case .integer: return .integer(try members.decode(Int.self, forKey: key))
    case .number: return .number(try members.decode(Double.self, forKey: key))
    case .seed: return .seed(try members.decode(UInt64.self, forKey: key))
    case .flag: return .flag(try members.decode(Bool.self, forKey: key))
    case .algorithm(let known):
      let selection = try members.decode(SelectionJSON.self, forKey: key)
      return .algorithm(selection.selection(among: known))
    case .tokens: return .tokens(try members.decode([TokenID].self, forKey: key))
    case .biases: return .biases(try members.decode(BiasesJSON.self, forKey: key).biases)
    case .order: return .word(try members.decode(String.self, forKey: key))
    case .choice(let options):
      let word = try members.decode(String.self, forKey: key)
      guard options.contains(where: { $0.name == word }) else {
        throw TraceLineError.invalid(row.key)
      }
      return .word(word)
    }
  }
}

/// Biases as an object with one member a token, whose name is the token's number.
private struct BiasesJSON: Codable {
  let biases: [TokenBias]

  init(_ biases: [TokenBias]) { self.biases = biases }

  init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: NameKey.self)
    biases = try members.allKeys.compactMap { key -> TokenBias? in
      guard let token = TokenID(key.stringValue) else { throw TraceLineError.invalid("logit_bias") }
      return TokenBias(token, try members.decode(Double.self, forKey: key))
    }.sorted { $0.token < $1.token }
  }

  func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: NameKey.self)
    for bias in biases { try members.encode(bias.amount, forKey: NameKey("\(bias.token)")) }
  }
}

/// A name in a JSON object.
struct NameKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }
}

/// A strategy, schedule or cache policy: its name and the parameters that were given.
///
/// The defaults in force stand beside them. A default that is another one by the time the trace is
/// read is then taken as given, so that a run can be computed again.
struct SelectionJSON: Codable {
  enum Value: Codable {
    case number(Double)
    case choice(String)

    init(_ value: ParameterValue) {
      switch value {
      case .number(let number): self = .number(number)
      case .choice(let word): self = .choice(word)
      }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .choice(try container.decode(String.self))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .number(let number): try container.encode(number)
      case .choice(let word): try container.encode(word)
      }
    }

    var value: ParameterValue {
      switch self {
      case .number(let number): .number(number)
      case .choice(let word): .choice(word)
      }
    }
  }

  private var name: String
  private var parameters: [String: Value]
  private var defaults: [String: Value]?

  init(_ selection: AlgorithmSelection, of setting: String) {
    name = selection.name
    parameters = Self.values(selection.parameters.sorted)
    guard case .algorithm(let known)? = SettingRegistry.setting(named: setting)?.kind,
      let descriptor = known.first(where: { $0.name == selection.name })
    else { return }
    let inForce = descriptor.complete(selection.parameters).sorted
    let open = inForce.filter { selection.parameters[$0.name] == nil }
    defaults = open.isEmpty ? nil : Self.values(open)
  }

  private static func values(
    _ values: [(name: String, value: ParameterValue)]
  ) -> [String: Value] {
    Dictionary(uniqueKeysWithValues: values.map { ($0.name, Value($0.value)) })
  }

  /// Reads an object, or the form that users type, in which version 1 stores the cache.
  init(from decoder: any Decoder) throws {
    let members: KeyedDecodingContainer<CodingKeys>
    do {
      members = try decoder.container(keyedBy: CodingKeys.self)
    } catch {
      let text = try decoder.singleValueContainer().decode(String.self)
      let selection = try AlgorithmSelection(parsing: text)
      name = selection.name
      parameters = Self.values(selection.parameters.sorted)
      return
    }
    name = try members.decode(String.self, forKey: .name)
    parameters = try members.decode([String: Value].self, forKey: .parameters)
    defaults = try members.decodeIfPresent([String: Value].self, forKey: .defaults)
  }

  /// The selection of one of `known`; defaults that are others today are taken as given.
  func selection(among known: [AlgorithmDescriptor]) -> AlgorithmSelection {
    var selection = AlgorithmSelection(name)
    for (name, value) in parameters { selection.parameters[name] = value.value }
    guard let defaults, let descriptor = known.first(where: { $0.name == name }) else {
      return selection
    }
    let today = descriptor.complete(selection.parameters)
    for (name, value) in defaults where today[name] != nil && today[name] != value.value {
      selection.parameters[name] = value.value
    }
    return selection
  }
}

/// Every setting of a run, in the order menus show them: those that are changed often first.
///
/// Options of commands, traces, `generation_config.json`, `--json`, `trace show`, the settings of the
/// playground and README.md's table are made from these rows.
public enum SettingRegistry {
  /// The rows.
  public static let all: [SettingDescriptor<SamplerSettings>] = [
    .integer(
      "steps", \.steps, in: 1...65536, moves: .even(1...256, by: 1),
      "The denoising steps; strategies with a pace of their own take what they need."),
    .algorithm(
      "strategy", \.strategy, among: RemaskingRegistry.all.map(\.descriptor),
      "The remasking strategy: which positions change in a step."),
    .number(
      "temperature", \.temperature, in: 0...100, valueName: "t", moves: .even(0...2, by: 0.05),
      "The temperature tokens are drawn with; 0 takes the most probable."),
    seed,
    guidance,
    .algorithm(
      "schedule", \.schedule, among: TransferScheduleRegistry.all.map(\.descriptor), isRare: true,
      "The transfer schedule: how many positions change in a step."),
    .optionalInteger(
      "block-length", \.blockLength, in: 1...Int(Int32.max), alias: "block",
      moves: .stops([1, 2, 4, 8, 16, 32, 64, 128, 256, 512]), isRare: true,
      "The positions denoised together, left to right; off is all at once."),
    .algorithm(
      "cache", \.cache, among: CachePolicyRegistry.all.map(\.descriptor), isRare: true,
      "Keys and values kept between steps: faster, but not the same text."),
    .optionalInteger(
      "top-k", \.topK, in: 1...Int(Int32.max), valueName: "k",
      moves: .stops([1, 2, 5, 10, 20, 50, 100, 200]), isRare: true,
      "Draw from the k most probable tokens; off is all."),
    .optionalNumber(
      "top-p", \.topP, in: .leastNonzeroMagnitude...1, valueName: "p",
      moves: .even(0.05...1, by: 0.05), isRare: true,
      "Draw from the tokens that make up this probability; off is all."),
    .word(
      "end-of-text", \.endOfText, valueName: "policy", isRare: true,
      "What a token that ends the text means.",
      remark: """
        Unless given: stop for a text, forbid where text follows the answer, keep for --prompt-ids.
        """),
    .word(
      "confidence", \.confidenceSource, valueName: "source", isRare: true,
      "The distribution a strategy ranks by."),
    .word(
      "draw", \.draw, valueName: "way", isRare: true,
      "How tokens are drawn above temperature 0."),
    .flag(
      "forbid-mask", \.forbidsMaskToken, isRare: true,
      "Whether the mask token may not be predicted; where it is, its position stays masked."),
    .word(
      "block-rule", \.blockRule, valueName: "rule", isRare: true,
      "How the answer is cut into blocks, and what they see."),
    .integer(
      "candidates", \.recordedCandidates, in: 0...64, key: "recorded_candidates", isRare: true,
      "Record the n best candidates of each position in the trace."),
    .algorithm(
      "guidance-schedule", \.guidanceSchedule, among: AnnealingRegistry.guidance, isRare: true,
      "How the guidance scale changes while the text is written."),
    .algorithm(
      "temperature-schedule", \.temperatureSchedule, among: AnnealingRegistry.temperature,
      isRare: true, "How the temperature changes while the text is written."),
    bias, suppress,
    .number(
      "repetition", \.repetitionPenalty, in: 1...10, key: "repetition_penalty",
      moves: .even(1...2, by: 0.05), isRare: true,
      "Divide the logits of tokens that stand elsewhere on the canvas by this; 1 is off."),
    .number(
      "adjacent", \.adjacentPenalty, in: 0...1000, key: "adjacent_penalty",
      moves: .even(0...10, by: 0.5), isRare: true,
      "Subtract this from the logits of the tokens right and left of a position; 0 is off."),
    .number(
      "diversity", \.diversity, in: 0...1000, moves: .even(0...32, by: 1), isRare: true,
      "Push the texts of --samples apart by up to this many nats (ODD); 0 is off."
    ).ofSeveralRuns,
  ]

  private static let seed = SettingDescriptor<SamplerSettings>(
    name: "seed", valueName: "n", summary: "The seed of the random numbers.", kind: .seed,
    moves: .seeds, get: { .seed($0.seed) },
    set: { if case .seed(let seed) = $1 { $0.seed = seed } })

  private static let guidance = SettingDescriptor<SamplerSettings>(
    name: "guidance", valueName: "w",
    summary: "The scale of classifier-free guidance; 0 is off and costs half.",
    kind: .number(0...100), moves: .even(0...4, by: 0.1),
    // The digits that were typed, not those of the nearest single-precision number.
    get: { .number(Double("\($0.guidanceScale)") ?? Double($0.guidanceScale)) },
    set: { if case .number(let scale) = $1 { $0.guidanceScale = Float(scale) } })

  private static let bias = SettingDescriptor<SamplerSettings>(
    name: "bias", key: "logit_bias", valueName: "token=x,...",
    summary: "Add x to the logit of a token, given by its number or in quotation marks.",
    kind: .biases, canBeOff: true, isRare: true,
    get: { $0.biases.isEmpty ? .off : .biases($0.biases) },
    set: {
      if case .biases(let biases) = $1 { $0.biases = biases }
      if $1 == .off { $0.biases = [] }
    })

  private static let suppress = SettingDescriptor<SamplerSettings>(
    name: "suppress", key: "suppress_tokens", valueName: "token,...",
    summary: "Tokens that are never predicted, by number or in quotation marks.",
    kind: .tokens, canBeOff: true, isRare: true,
    get: { $0.suppressedTokens.isEmpty ? .off : .tokens($0.suppressedTokens) },
    set: {
      if case .tokens(let tokens) = $1 { $0.suppressedTokens = tokens }
      if $1 == .off { $0.suppressedTokens = [] }
    })

  /// The row called `name`, or that has it as an alias; `nil` when there is none.
  public static func setting(named name: String) -> SettingDescriptor<SamplerSettings>? {
    all.first { $0.name == name || $0.alias == name }
  }

  /// The rows that exist under `settings`: after a strategy, schedule or cache policy come its
  /// parameters.
  public static func rows(of settings: SamplerSettings) -> [SettingDescriptor<SamplerSettings>] {
    all.flatMap { [$0] + parameters(of: $0, in: settings) }
  }

  private static func parameters(
    of row: SettingDescriptor<SamplerSettings>, in settings: SamplerSettings
  ) -> [SettingDescriptor<SamplerSettings>] {
    guard case .algorithm(let selection) = row.value(in: settings),
      case .algorithm(let descriptors) = row.kind,
      let descriptor = descriptors.first(where: { $0.name == selection.name })
    else { return [] }
    return descriptor.parameters.map { SettingDescriptor(parameter: $0, of: descriptor, in: row) }
  }
}

extension SettingDescriptor {
  /// The row of a parameter of the algorithm that `row` has chosen.
  ///
  /// Its value is the one in force: the one given, or else the default, which may depend on others.
  /// `.off` takes back what was given.
  fileprivate init(
    parameter: ParameterDescriptor, of algorithm: AlgorithmDescriptor, in row: SettingDescriptor
  ) {
    let (kind, moves): (SettingKind, SettingMoves) =
      switch parameter.kind {
      case .number(let range, let standard):
        (.number(range), SettingMoves(parameterIn: range, around: standard.usual))
      case .choice(let options, _): (.choice(options.map { SettingOption($0, "") }), .none)
      case .order: (.order, .none)
      }
    self.init(
      name: parameter.name, summary: parameter.summary, kind: kind, moves: moves,
      isRare: row.isRare, parent: row.name,
      get: { root in
        guard case .algorithm(let selection) = row.get(root) else { return .off }
        return algorithm.value(of: parameter, given: selection.parameters).settingValue
      },
      set: { root, value in
        guard case .algorithm(var selection) = row.get(root) else { return }
        selection.parameters[parameter.name] = value.parameterValue
        row.set(&root, .algorithm(selection))
      })
  }
}

extension ParameterValue {
  /// The same value of a setting.
  fileprivate var settingValue: SettingValue {
    switch self {
    case .number(let number): .number(number)
    case .choice(let word): .word(word)
    }
  }
}

extension SettingValue {
  /// The same value of a parameter; `nil` where it cannot be one.
  fileprivate var parameterValue: ParameterValue? {
    switch self {
    case .number(let number): .number(number)
    case .word(let word): .choice(word)
    case .off, .integer, .seed, .flag, .algorithm, .tokens, .biases: nil
    }
  }
}

extension SettingDescriptor {
  /// Returns `root` with the default in place of this value: that of `suggested`, or for a parameter
  /// the one that is in force when none is given.
  public func reset(_ root: Root, to suggested: Root) -> Root {
    var root = root
    set(&root, parent == nil ? value(in: suggested) : .off)
    return root
  }
}

extension SettingRegistry {
  /// The settings in force, one line each: name and value, parameters after what they belong to.
  public static func values(of settings: SamplerSettings) -> [(name: String, value: SettingValue)] {
    rows(of: settings).map { row in
      let value = row.value(in: settings)
      guard case .algorithm(let selection) = value else { return (row.qualifiedName, value) }
      // The parameters have lines of their own, unless nothing is known of them here.
      let isKnown = row.kind.options.contains { $0.name == selection.name }
      return (row.name, isKnown ? .word(selection.name) : value)
    }
  }
}

extension SettingDescriptor {
  /// The name, for a parameter with the name of the setting it belongs to: `strategy.eta`.
  public var qualifiedName: String { (parent.map { $0 + "." } ?? "") + name }
}

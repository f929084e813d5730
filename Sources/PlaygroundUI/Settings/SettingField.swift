package import MaskedDiffusion

/// A setting of the sampler that can be shown, moved and typed: a row of the panel and a command.
package enum SettingField: Hashable, Sendable {
  case strategy
  case strategyParameter(String)
  case steps
  case schedule
  case scheduleParameter(String)
  case blockLength
  case cache
  case guidance
  case temperature
  case topK
  case topP
  case seed
  case endOfText
  case draw
  case confidence
  case forbidsMask

  /// The fields that exist under `settings`, in the order the panel shows them.
  package static func fields(of settings: SamplerSettings) -> [SettingField] {
    let strategy = parameters(ofStrategy: settings).map { Self.strategyParameter($0.name) }
    let schedule = parameters(ofSchedule: settings).map { Self.scheduleParameter($0.name) }
    return [.strategy] + strategy + [.steps, .schedule] + schedule
      + [
        .blockLength, .cache, .guidance, .temperature, .topK, .topP, .seed, .endOfText, .draw,
        .confidence, .forbidsMask,
      ]
  }

  /// The parameters of the strategy that is chosen.
  static func parameters(ofStrategy settings: SamplerSettings) -> [ParameterDescriptor] {
    RemaskingRegistry.all.first { $0.descriptor.name == settings.strategy.name }?
      .descriptor.parameters ?? []
  }

  /// The parameters of the schedule that is chosen.
  static func parameters(ofSchedule settings: SamplerSettings) -> [ParameterDescriptor] {
    TransferScheduleRegistry.all.first { $0.descriptor.name == settings.schedule.name }?
      .descriptor.parameters ?? []
  }

  /// The name in the panel and on the command line of the palette.
  package var label: String {
    switch self {
    case .strategy: "strategy"
    case .strategyParameter(let name), .scheduleParameter(let name): name
    case .steps: "steps"
    case .schedule: "schedule"
    case .blockLength: "block"
    case .cache: "cache"
    case .guidance: "guidance"
    case .temperature: "temperature"
    case .topK: "top-k"
    case .topP: "top-p"
    case .seed: "seed"
    case .endOfText: "end-of-text"
    case .draw: "draw"
    case .confidence: "confidence"
    case .forbidsMask: "forbid-mask"
    }
  }

  /// One line that says what the setting does.
  package func summary(in settings: SamplerSettings) -> String {
    switch self {
    case .strategy:
      RemaskingRegistry.all.first { $0.descriptor.name == settings.strategy.name }?
        .descriptor.summary ?? "which positions are unmasked"
    case .schedule:
      TransferScheduleRegistry.all.first { $0.descriptor.name == settings.schedule.name }?
        .descriptor.summary ?? "how many positions are unmasked"
    case .strategyParameter, .scheduleParameter: descriptor(in: settings)?.summary ?? ""
    case .steps: "denoising steps; what is masked is planned anew"
    case .blockLength: "positions denoised together, left to right; off is all at once"
    case .cache: "keys and values kept: faster, not the same text; prefix and dual need blocks"
    case .guidance: "how far the prompt is followed; 0 is off, else two forward passes a step"
    case .temperature: "0 takes the most probable token"
    case .topK: "tokens drawn from"
    case .topP: "probability mass drawn from"
    case .seed: "the same seed gives the same run"
    case .endOfText: "what an end-of-text token means"
    case .draw: "how tokens are drawn"
    case .confidence: "the distribution strategies rank by"
    case .forbidsMask: "whether the mask token may not be predicted"
    }
  }

  /// The descriptor of a parameter of strategy or schedule.
  func descriptor(in settings: SamplerSettings) -> ParameterDescriptor? {
    switch self {
    case .strategyParameter(let name):
      Self.parameters(ofStrategy: settings).first { $0.name == name }
    case .scheduleParameter(let name):
      Self.parameters(ofSchedule: settings).first { $0.name == name }
    default: nil
    }
  }

  /// The words the setting can take, empty when it is a number.
  package func options(in settings: SamplerSettings) -> [String] {
    switch self {
    case .strategy: RemaskingRegistry.all.map(\.descriptor.name)
    case .schedule: TransferScheduleRegistry.all.map(\.descriptor.name)
    case .cache: CachePolicy.Kind.allCases.map(\.rawValue)
    case .endOfText: EndOfTextPolicy.allCases.map(\.rawValue)
    case .draw: TokenDraw.allCases.map(\.rawValue)
    case .confidence: ConfidenceSource.allCases.map(\.rawValue)
    case .forbidsMask: ["no", "yes"]
    case .strategyParameter, .scheduleParameter:
      if case .choice(let options, _)? = descriptor(in: settings)?.kind { options } else { [] }
    default: []
    }
  }

  /// The value in words.
  package func text(in settings: SamplerSettings) -> String {
    switch self {
    case .strategy: settings.strategy.name
    case .schedule: settings.schedule.name
    case .strategyParameter(let name):
      parameterText(settings.strategy.parameters[name], in: settings)
    case .scheduleParameter(let name):
      parameterText(settings.schedule.parameters[name], in: settings)
    case .steps: "\(settings.steps)"
    case .blockLength: settings.blockLength.map { "\($0)" } ?? "off"
    case .cache: settings.cache.description
    case .guidance: Numbers.short(Double(settings.guidanceScale))
    case .temperature: Numbers.short(settings.temperature)
    case .topK: settings.topK.map { "\($0)" } ?? "off"
    case .topP: settings.topP.map(Numbers.short) ?? "off"
    case .seed: "\(settings.seed)"
    case .endOfText: settings.endOfText.rawValue
    case .draw: settings.draw.rawValue
    case .confidence: settings.confidenceSource.rawValue
    case .forbidsMask: settings.forbidsMaskToken ? "yes" : "no"
    }
  }

  private func parameterText(_ value: ParameterValue?, in settings: SamplerSettings) -> String {
    switch value ?? descriptor(in: settings)?.kind.defaultValue {
    case .number(let number): Numbers.short(number)
    case .choice(let word): word
    case nil: "–"
    }
  }
}

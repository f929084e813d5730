/// The reverse process as a step iterator: predict, propose candidates, decide, apply, record.
///
/// ```swift
/// var sampler = try Sampler(predictor: predictor, canvas: canvas, settings: settings)
/// while let step = try sampler.step() { show(step) }
/// ```
///
/// The whole state is a value: keep it to come back, change settings or canvas between steps. Two
/// runs with the same predictor, canvas and settings are the same, token by token.
public struct Sampler: Sendable {
  /// The model.
  public let predictor: any MaskPredictor
  /// Where the run stands.
  public internal(set) var state: SamplerState
  /// The settings in force.
  public private(set) var settings: SamplerSettings
  /// Stops a forward pass when raised; the step then throws and the state stays as it was.
  public var cancellation: CancellationFlag?

  /// The random numbers the caller brought; those of the settings' seed unless given.
  private let givenRandom: (any RandomSource)?
  var answers = KeptAnswers()
  var strategy: any SamplingStrategy
  var traits: StrategyTraits
  var schedule: any TransferSchedule
  let cachePolicy: any CachePolicy
  let cacheTraits: CacheTraits

  /// Creates a run that starts on `canvas`.
  ///
  /// - Parameters:
  ///   - predictor: The model.
  ///   - canvas: The sequence, with at least one masked position.
  ///   - settings: The settings.
  ///   - random: The random numbers; those of the settings' seed unless given.
  /// - Throws: ``SamplerError`` when settings and canvas do not fit each other or the model.
  public init(
    predictor: any MaskPredictor, canvas: Canvas, settings: SamplerSettings,
    random: (any RandomSource)? = nil
  ) throws(SamplerError) {
    guard canvas.openCount(in: 0..<canvas.count) > 0 else { throw .nothingMasked }
    try Self.checkOrder(
      canvas, Self.pattern(of: settings, canvas: canvas, predictor: predictor))
    try self.init(
      predictor: predictor, state: SamplerState(canvas: canvas), settings: settings, random: random)
    state.blocks = BlockPlan.blocks(
      of: canvas, settings: settings, steps: settings.steps, pattern: pattern)
    updatePlannedSteps()
  }

  /// Creates a run that goes on from `state`.
  ///
  /// - Throws: ``SamplerError`` when settings and canvas do not fit each other or the model.
  public init(
    predictor: any MaskPredictor, state: SamplerState, settings: SamplerSettings,
    random: (any RandomSource)? = nil
  ) throws(SamplerError) {
    try settings.check()
    try Self.check(state.canvas, against: predictor)
    try Self.check(settings, against: predictor)
    let entry = try RemaskingRegistry.entry(for: settings.strategy)
    try BlockPlan.check(
      settings, answerLength: state.canvas.answer.count,
      isAdaptive: entry.traits.pacing == .adaptive)
    self.predictor = predictor
    self.state = state
    self.settings = settings
    givenRandom = random
    strategy = entry.make(settings.strategy.parameters)
    traits = entry.traits
    guard predictor.givesAttention || !entry.traits.readsAttention else {
      throw .prediction(
        .unsupported(
          "'\(entry.descriptor.name)' asks who attends to whom, which this model does not say"))
    }
    schedule = try TransferScheduleRegistry.schedule(for: settings.schedule)
    let cache = try CachePolicyRegistry.entry(for: settings.cache)
    cachePolicy = cache.make(settings.cache.parameters)
    cacheTraits = cache.traits
  }

  /// The random numbers.
  var random: any RandomSource { givenRandom ?? SeededRandomSource(seed: settings.seed) }

  private static func check(
    _ settings: SamplerSettings, against predictor: any MaskPredictor
  ) throws(SamplerError) {
    let named = [("suppress", settings.suppressedTokens), ("bias", settings.biases.map(\.token))]
    for (name, tokens) in named {
      guard let token = tokens.first(where: { Int($0) >= predictor.embeddingCount }) else {
        continue
      }
      throw .settingOutOfRange(
        name: name, found: "token \(token)",
        expected: "tokens from 0 to \(predictor.embeddingCount - 1)")
    }
  }

  private static func check(
    _ canvas: Canvas, against predictor: any MaskPredictor
  ) throws(SamplerError) {
    guard canvas.count <= predictor.contextLength else {
      throw .canvasTooLong(positions: canvas.count, contextLength: predictor.contextLength)
    }
    for (position, token) in canvas.tokens.enumerated() {
      guard token >= 0, Int(token) < predictor.embeddingCount else {
        throw .tokenOutOfRange(
          token: token, position: position, embeddingCount: predictor.embeddingCount)
      }
    }
  }
}

/// Changes between steps.
extension Sampler {
  /// Goes on with other settings from the next step; what is still masked is planned anew with
  /// the steps that are left.
  ///
  /// - Throws: ``SamplerError``; the run then goes on as before.
  public mutating func change(to settings: SamplerSettings) throws(SamplerError) {
    var changed = try Sampler(
      predictor: predictor, state: state, settings: Self.withoutDivisibility(settings),
      random: givenRandom)
    changed.cancellation = cancellation
    changed.answers = answers
    changed.state.blocks = nil
    // What another strategy remembered means nothing to this one.
    if settings.strategy != self.settings.strategy { changed.state.memory = nil }
    self = changed
    updatePlannedSteps()
  }

  /// What is left of a run in progress seldom divides, so a change never demands it.
  private static func withoutDivisibility(_ settings: SamplerSettings) -> SamplerSettings {
    var settings = settings
    settings.blockRule = .roundUp
    return settings
  }

  /// Changes the canvas by hand; what is masked then is planned anew with the steps that are left.
  ///
  /// - Throws: ``SamplerError`` when the canvas no longer fits the model; it then stays as it was.
  public mutating func edit(_ change: (inout Canvas) -> Void) throws(SamplerError) {
    var canvas = state.canvas
    change(&canvas)
    try Self.check(canvas, against: predictor)
    // A memory counts positions.
    if canvas.count != state.canvas.count { state.memory = nil }
    state.canvas = canvas
    state.blocks = nil
    updatePlannedSteps()
  }

  /// Goes to a state this run, or another with the same model, was in before.
  public mutating func move(to state: SamplerState) { self.state = state }

  mutating func layOutBlocksIfNeeded() {
    guard state.blocks == nil else { return }
    state.blocks = BlockPlan.blocks(
      of: state.canvas, settings: settings, steps: max(1, settings.steps - state.step),
      pattern: pattern)
  }

  private mutating func updatePlannedSteps() {
    layOutBlocksIfNeeded()
    guard traits.pacing != .adaptive else {
      state.plannedSteps = nil
      return
    }
    state.plannedSteps =
      state.step
      + (state.blocks ?? []).reduce(0) { sum, block in
        let steps =
          block.steps
          ?? schedule.steps(maskedCount: plannedCount(of: block), stepCount: block.stepCount)
        return sum + steps.count - block.done
      }
  }
}

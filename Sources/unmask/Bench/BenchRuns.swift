import MaskedDiffusion

/// A whole run of the reverse process.
struct BenchRun {
  /// The strategy, or `preset` and the name of one.
  var name: String
  var cache: String
  var tokens: Int
  var steps: Int
  var forwards: Int
  /// The positions that were computed in all passes.
  var computed: Int
  var milliseconds: Double
  /// What a step took, the median.
  var stepMilliseconds: Double
  /// The share of its steps that was not spent in the model, in 0...1.
  var samplerShare: Double

  /// What a user sees.
  var tokensPerSecond: Double { Double(tokens) / milliseconds * 1000 }
  var tokensPerForward: Double { Double(tokens) / Double(max(1, forwards)) }
  /// How often a position was computed until all were written.
  var visitsPerToken: Double { Double(computed) / Double(max(1, tokens)) }
}

/// A run that was left out.
struct BenchOmission {
  var name: String
  var cache: String
  var reason: String
}

/// What a step costs behind a written text.
struct LengthCost {
  /// The positions written before.
  var written: Int
  var times: Times
}

/// Whole runs, and what becomes of a step as the text grows.
extension BenchMeasurement {
  /// What a run keeps unless somebody says: finished blocks where that is exact, otherwise nothing.
  private var usualCache: AlgorithmSelection {
    subject.predictor.attention.isOrdered ? AlgorithmSelection("blocks") : .noCache
  }

  /// Times a whole run of the model's own preset and of each strategy with `cache`, and of one strategy
  /// with each cache.
  ///
  /// - Parameter asked: What is kept; `nil` takes what is usual.
  /// - Throws: ``SamplerError``.
  mutating func measureRuns(cache asked: AlgorithmSelection?) throws {
    let cache = asked ?? usualCache
    let isOrdered = subject.predictor.attention.isOrdered
    if let preset = subject.model?.defaultPreset {
      var settings = try PresetRegistry.preset(named: preset).settings(forLength: rows)
      settings.steps = min(settings.steps, rows)
      for policy in isOrdered ? [cache, .noCache] : [cache] {
        settings.cache = policy
        try measureRun("preset \(preset)", settings)
      }
    }
    for entry in RemaskingRegistry.all { try measureRun(entry.descriptor.name, cache) }
    for name in CachePolicyRegistry.all.map(\.descriptor.name) where name != cache.name {
      guard (name == "blocks") == isOrdered || name == "none" else {
        let reason =
          isOrdered
          ? "no position sees what follows its block: finished blocks are kept instead"
          : "every position sees all others: no block is ever finished"
        omit("low-confidence", AlgorithmSelection(name), reason)
        continue
      }
      try measureRun("low-confidence", AlgorithmSelection(name))
    }
  }

  private mutating func measureRun(_ strategy: String, _ cache: AlgorithmSelection) throws {
    // Caches are kept within blocks: four of them.
    var settings = SamplerSettings(
      steps: min(32, rows), blockLength: max(1, (rows + 3) / 4),
      strategy: AlgorithmSelection(strategy), schedule: AlgorithmSelection("uniform"))
    settings.blockRule = .roundUp
    settings.writeBlocks(of: subject.predictor.attention)
    settings.cache = cache
    try measureRun(strategy, settings)
  }

  /// Times a run; one that the model or the cache cannot do is noted.
  ///
  /// Some strategies ask for positions that a cache does not compute, or for more of them than the
  /// model can see.
  private mutating func measureRun(_ name: String, _ settings: SamplerSettings) throws {
    var settings = settings
    settings.endOfText = .keep
    let predictor = TimedPredictor(subject.predictor)
    let canvas = Canvas(prompt: [], length: rows, maskToken: predictor.maskToken)
    var times = Times()
    var inModel = 0.0
    var inSteps = 0.0
    do throws(SamplerError) {
      var sampler = try Sampler(predictor: predictor, canvas: canvas, settings: settings)
      let start = ContinuousClock.now
      while let step = try sampler.step() {
        times.add(.milliseconds(step.milliseconds))
        inSteps += step.milliseconds
        inModel += predictor.reset() / .milliseconds(1)
      }
      runs.append(
        BenchRun(
          name: name, cache: settings.cache.description, tokens: rows, steps: sampler.state.step,
          forwards: sampler.state.forwards, computed: predictor.computedCount,
          milliseconds: (ContinuousClock.now - start) / .milliseconds(1),
          stepMilliseconds: times.median,
          samplerShare: inSteps > 0 ? max(0, 1 - inModel / inSteps) : 0))
    } catch {
      switch error {
      case .prediction(.unsupported(let reason)): omit(name, settings.cache, reason)
      case .prediction(.tooLong(let positions, let context)):
        omit(
          name, settings.cache,
          "it looks at \(positions) positions at once, the model can read \(context)")
      default: throw error
      }
    }
  }

  private mutating func omit(_ name: String, _ cache: AlgorithmSelection, _ reason: String) {
    omissions.append(BenchOmission(name: name, cache: cache.description, reason: reason))
  }

  /// Times the steps of a block behind texts of `written` positions.
  ///
  /// What is written first is any token; a block that is not timed comes before the one that is, so that
  /// what is kept is there.
  mutating func measureLengths(_ written: [Int]) throws {
    let predictor = subject.predictor
    let block = Self.blockLength(of: predictor)
    for count in written {
      let canvas = Canvas(
        prompt: Array(repeating: 0, count: count), length: 2 * block,
        maskToken: predictor.maskToken)
      var settings = SamplerSettings(
        steps: 2 * block, blockLength: block, blockRule: .roundUp,
        strategy: AlgorithmSelection("low-confidence"), schedule: AlgorithmSelection("uniform"))
      settings.writeBlocks(of: predictor.attention)
      settings.endOfText = .keep
      settings.cache = usualCache
      var sampler = try Sampler(predictor: predictor, canvas: canvas, settings: settings)
      var times: [Double] = []
      // Every position sees all others: a few steps cost what all of them do.
      let limit = predictor.attention.isOrdered ? Int.max : 6
      while times.count < limit, let step = try sampler.step() { times.append(step.milliseconds) }
      var cost = LengthCost(written: count, times: Times())
      for time in times.suffix(max(1, times.count / 2)) { cost.times.add(.milliseconds(time)) }
      lengths.append(cost)
    }
  }

  /// The block that a step writes in when costs at several lengths are measured.
  static func blockLength(of predictor: any MaskPredictor) -> Int {
    switch predictor.attention {
    case .blockCausal(let length, _): length
    case .causal: 16
    case .full, .window: min(32, predictor.contextLength / 2)
    }
  }
}

extension SamplerSettings {
  /// Writes as a model of `pattern` was trained to, where it was trained to write in order.
  mutating func writeBlocks(of pattern: AttentionPattern) {
    switch pattern {
    case .full, .window: return
    case .causal:
      blockLength = 1
      blockRule = .causal
    case .blockCausal(let length, _):
      blockLength = length
      blockRule = .causalAligned
    }
    cache = AlgorithmSelection("blocks")
  }
}

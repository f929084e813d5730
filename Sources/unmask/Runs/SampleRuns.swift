import MaskedDiffusion

/// Several runs that differ in their seed alone, with shared forward passes.
///
/// Each is, token by token, the run that its seed gives alone.
struct SampleRuns {
  /// The most runs at once.
  static let limit = 1024

  private var samplers: [Sampler]
  private let header: TraceHeader
  private let extras: Set<GenerationRun.Extra>
  private var steps: [[TraceStep]]
  private var logProbabilities: [[TraceLogProbabilities]]

  /// A run that has ended.
  struct Sample {
    /// The settings, with its own seed.
    var settings: SamplerSettings
    /// What it wrote.
    var outcome: GenerationRun.Outcome
    /// Its steps.
    var steps: [TraceStep]
  }

  /// Creates `count` runs from `plan`; their seeds follow one another.
  ///
  /// - Throws: ``SamplerError``.
  init(
    _ plan: GenerationPlan, count: Int, predictor: any MaskPredictor,
    extras: Set<GenerationRun.Extra>
  ) throws(SamplerError) {
    samplers = []
    for index in 0..<count {
      var settings = plan.settings
      settings.seed &+= UInt64(index)
      var sampler = try Sampler(predictor: predictor, canvas: plan.canvas, settings: settings)
      sampler.cancellation = Interruption.cancellation
      samplers.append(sampler)
    }
    header = plan.header
    self.extras = extras
    steps = Array(repeating: [], count: count)
    logProbabilities = Array(repeating: [], count: count)
  }

  /// Takes every step, or those until somebody asks to stop.
  ///
  /// - Throws: ``SamplerError``.
  mutating func run() throws(SamplerError) -> [Sample] {
    let start = ContinuousClock.now
    while !Interruption.isRequested, try stepAll() {}
    if extras.contains(.logProbabilities) {
      for index in samplers.indices {
        let values = try GenerationRun.finalLogProbabilities(of: samplers[index])
        if !values.positions.isEmpty { logProbabilities[index].append(values) }
      }
    }
    let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
    return samplers.indices.map { index in
      let sampler = samplers[index]
      return Sample(
        settings: sampler.settings,
        outcome: GenerationRun.Outcome(
          tokens: sampler.state.canvas.tokens, steps: sampler.state.step,
          forwards: sampler.state.forwards, milliseconds: milliseconds,
          isInterrupted: Interruption.isRequested && !sampler.isFinished,
          logProbabilities: logProbabilities[index]), steps: steps[index])
    }
  }

  /// Whether any run took a step.
  private mutating func stepAll() throws(SamplerError) -> Bool {
    let taken: [TraceStep?]
    do {
      taken = try Sampler.step(&samplers)
    } catch SamplerError.prediction(.cancelled) {
      return false
    }
    for (index, step) in taken.enumerated() {
      guard let step else { continue }
      steps[index].append(step)
      guard extras.contains(.logProbabilities), !step.unmasked.isEmpty else { continue }
      logProbabilities[index].append(GenerationRun.logProbabilities(of: step))
    }
    return taken.contains { $0 != nil }
  }

  /// The runs as branches that leave one another before the first step.
  static func tree(
    of samples: [Sample], header: TraceHeader, text: ([TokenID]) -> String
  ) -> RunTree {
    var names: [String] = []
    return RunTree(
      samples.enumerated().map { index, sample in
        let name = RunTree.freeName(besides: names)
        names.append(name)
        let start = RunTree.Point(settings: sample.settings)
        var branch = RunTree.Branch(
          name: name, parent: index == 0 ? nil : 0, start: header, hasOwnStart: index == 0,
          points: [start]
            + sample.steps.map { RunTree.Point(step: $0, settings: sample.settings) },
          end: TraceEnd(
            text: text(sample.outcome.tokens), steps: sample.outcome.steps,
            forwards: sample.outcome.forwards, milliseconds: sample.outcome.milliseconds,
            reason: sample.outcome.reason))
        branch.logProbabilities = sample.outcome.logProbabilities
        return branch
      })
  }
}

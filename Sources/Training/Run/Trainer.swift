internal import Checkpoints
package import Kernels
internal import MaskedDiffusion

/// How a network is trained.
package struct TrainingSettings: Equatable, Sendable {
  package var seed: UInt64
  /// The parts of a batch; see ``TrainingNetwork``.
  package var laneCount: Int
  package var threadCount: Int
  package var precision: Kernels.Precision
  package var objective: DiffusionObjective
  package var optimizer: OptimizerSettings
  package var schedule: LearningRateSchedule
  /// How much of the averaged parameters is kept in a step; 0 keeps no average.
  package var averageDecay: Double

  package init(
    seed: UInt64 = 0, laneCount: Int = 2, threadCount: Int = 2,
    precision: Kernels.Precision = .bf16, objective: DiffusionObjective = DiffusionObjective(),
    optimizer: OptimizerSettings = OptimizerSettings(),
    schedule: LearningRateSchedule = LearningRateSchedule(), averageDecay: Double = 0
  ) {
    self.seed = seed
    self.laneCount = laneCount
    self.threadCount = threadCount
    self.precision = precision
    self.objective = objective
    self.optimizer = optimizer
    self.schedule = schedule
    self.averageDecay = averageDecay
  }
}

/// What a step did.
package struct StepReport: Equatable, Sendable {
  /// The number of the step, counted from 1.
  package var step: Int
  /// Nats a position: the bound of a mask predictor, the likelihood of a causal network.
  package var loss: Double
  /// The norm of all gradients before they were clipped.
  package var gradientNorm: Double
  /// The share of the largest learning rate.
  package var rateShare: Double
  /// The positions of the step.
  package var positionCount: Int
}

/// Trains a network, step by step.
///
/// A step is a function of the settings, the parameters and the number of the step alone: no clock, no
/// state of a random generator. So a run that was killed goes on to the identical numbers.
package final class Trainer {
  package let settings: TrainingSettings
  package let network: TrainingNetwork
  /// How far the run is.
  package var progress = RunProgress()

  private let source: CanvasSource
  private let endToken: Int32
  private let optimizer: Optimizer
  private let average: Tensor?
  private var arithmetic: ParameterArithmetic { ParameterArithmetic(kernels: network.kernels) }

  /// Creates a trainer.
  ///
  /// - Parameters:
  ///   - shape: The dimensions of the network.
  ///   - parameters: What to begin with, in its layout.
  ///   - source: The canvases of every step.
  ///   - endToken: The token that ends a text.
  ///   - settings: How to train.
  ///   - instructionSet: `nil` stands for the fastest.
  package init(
    _ shape: NetworkShape, parameters: Tensor, source: CanvasSource, endToken: Int32,
    settings: TrainingSettings, instructionSet: Kernels.InstructionSet? = nil
  ) {
    self.settings = settings
    self.source = source
    self.endToken = endToken
    network = TrainingNetwork(
      shape, parameters: parameters, laneCount: settings.laneCount,
      threadCount: settings.threadCount, precision: settings.precision,
      instructionSet: instructionSet)
    optimizer = Optimizer(
      settings.optimizer, layout: network.layout, threadCount: settings.threadCount,
      operand: network.operand, instructionSet: instructionSet)
    average = settings.averageDecay > 0 ? Tensor(parameters.values) : nil
  }

  /// Takes a step.
  ///
  /// - Parameter done: How much of the run is over, 0...1, which the learning rate follows.
  /// - Returns: What the step did.
  /// - Throws: ``TrainingError/diverged(step:)``; the parameters are as they were before.
  package func step(done: Double) throws(TrainingError) -> StepReport {
    try step(on: batch(step: progress.step), done: done)
  }

  /// Takes a step on a batch of the caller's.
  ///
  /// - Throws: ``TrainingError/diverged(step:)``; the parameters are as they were before.
  package func step(on batch: TrainingBatch, done: Double) throws(TrainingError) -> StepReport {
    let loss = network.computeGradients(of: batch)
    let norm = network.gradientSquares.squareRoot()
    guard loss.isFinite, norm.isFinite else { throw .diverged(step: progress.step + 1) }
    let clip = Double(settings.optimizer.clipNorm)
    let share = settings.schedule.share(step: progress.step, progress: done)
    optimizer.step(
      progress.step + 1, share: share, parameters: network.parameters,
      gradients: network.gradients, gradientScale: clip > 0 && norm > clip ? Float(clip / norm) : 1,
      network.kernels)
    network.parametersChanged()
    if let average {
      // The first steps count more: an average of the beginning would stay for long.
      let step = Double(progress.step)
      let keep = Float(min(settings.averageDecay, (1 + step) / (10 + step)))
      arithmetic.blend(average, keep: keep, network.parameters, share: 1 - keep)
    }
    progress.step += 1
    progress.positionCount += batch.tokens.count
    return StepReport(
      step: progress.step, loss: loss, gradientNorm: norm, rateShare: share,
      positionCount: batch.tokens.count)
  }

  /// The batch of a step.
  package func batch(step: Int) -> TrainingBatch {
    let canvases = source.canvases(step: step), mask = network.shape.maskToken
    return network.shape.isCausal
      ? CausalObjective.batch(of: canvases, beginning: endToken, end: endToken)
      : settings.objective.batch(
        of: canvases, maskToken: mask, step: step, seed: settings.seed,
        isShifted: network.shape.isShifted)
  }
}

// MARK: - Measuring

extension Trainer {
  /// What a network says of texts it has not learnt from.
  package struct Bound: Equatable, Sendable {
    /// Nats a token, the end of a text included.
    package var perToken: Double
    /// Nats a text.
    package var perText: Double
  }

  /// Measures the texts of `held`, with the same noise every time: an upper bound of the negative log
  /// likelihood of a mask predictor, that itself of a causal network.
  ///
  /// - Parameters:
  ///   - held: Texts that were held out.
  ///   - limit: The most texts to look at.
  /// - Returns: The mean over tokens, and over texts.
  package func bound(of held: CanvasSource, limit: Int = 256) -> Bound {
    let objective = DiffusionObjective(masking: .count, times: .lowDiscrepancy)
    var nats = 0.0, tokens = 0, texts = 0
    for canvases in held.everyCanvas(limit: limit) {
      let mask = network.shape.maskToken
      let batch =
        network.shape.isCausal
        ? CausalObjective.batch(of: canvases, beginning: endToken, end: endToken)
        : objective.batch(
          of: canvases, maskToken: mask, step: 0, seed: 1, isShifted: network.shape.isShifted)
      // Weights are divided by what could be masked; the sum is wanted.
      let share = network.shape.isCausal ? batch.targets.count : batch.tokens.count
      nats += network.loss(of: batch) * Double(share)
      texts += canvases.count
      for canvas in canvases {
        let end = canvas.tokens.firstIndex(of: endToken).map { $0 + 1 }
        tokens += held.settings.filling == .texts ? end ?? canvas.tokens.count : canvas.tokens.count
      }
    }
    return Bound(perToken: nats / Double(max(1, tokens)), perText: nats / Double(max(1, texts)))
  }
}

// MARK: - Keeping

extension Trainer {
  private var tensors: KeyValuePairs<String, Tensor> {
    if let average {
      return [
        "parameters": network.parameters, "means": optimizer.means,
        "squares": optimizer.squares, "average": average,
      ]
    }
    return [
      "parameters": network.parameters, "means": optimizer.means, "squares": optimizer.squares,
    ]
  }

  /// Writes all that is needed to go on to `directory`, in one step.
  ///
  /// - Parameters:
  ///   - directory: The directory of the run.
  ///   - notes: Texts to keep with it.
  /// - Throws: ``TrainingError/weights(_:)``.
  package func writeCheckpoint(
    to directory: String, notes: [String: String] = [:]
  ) throws(TrainingError) {
    try RunCheckpoint.write(tensors, progress, notes: notes, to: directory)
  }

  /// Goes on from the checkpoint in `directory`.
  ///
  /// - Throws: ``TrainingError``.
  package func readCheckpoint(from directory: String) throws(TrainingError) {
    progress = try RunCheckpoint.read(tensors, from: directory)
    network.parametersChanged()
  }

  /// Replaces the model in `directory` by the present one, averaged if there is an average.
  ///
  /// - Throws: ``TrainingError/weights(_:)``.
  package func writeModel(
    _ export: ModelExport, to directory: String
  ) throws(TrainingError) {
    let made = [
      "step": "\(progress.step)", "positions": "\(progress.positionCount)",
      "seconds": "\(Int(progress.seconds))",
    ]
    do throws(WeightsError) {
      try export.writeWeights(
        average ?? network.parameters, to: directory, metadata: made, network.kernels)
    } catch {
      throw .weights(error)
    }
  }
}

import ArgumentParser
import Kernels
import MaskedDiffusion
import Models
import Training

/// Measures how fast a network is trained here.
struct BenchTrainingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-training", abstract: "Measure training steps.",
    discussion: """
      A step is forward, backward, clipping and the optimiser on one batch of random tokens, whose times \
      cover (0, 1] evenly. The figure is the best of all steps. Scripts/reference/training_speed.py \
      measures PyTorch on the same batch.
      """)

  @Option(help: ArgumentHelp("The size, as for train.", valueName: "size"))
  var shape = "6m"

  @Option(help: ArgumentHelp("The positions of a step.", valueName: "n"))
  var batch = 2048

  @Option(help: ArgumentHelp("The positions of a canvas.", valueName: "n"))
  var length = 128

  @Option(help: ArgumentHelp("The tokens that can be predicted.", valueName: "n"))
  var vocabulary = 1024

  @Option(help: ArgumentHelp("adamw or muon.", valueName: "name"))
  var optimizer = OptimizerSettings.Kind.adamW

  @Option(help: ArgumentHelp("The precision of products: bf16 or f32.", valueName: "precision"))
  var precision = ModelExport.Format.bfloat16

  @Option(help: ArgumentHelp("The threads, and the lanes.", valueName: "n"))
  var threads: Int?

  @Option(help: ArgumentHelp("The steps to measure.", valueName: "n"))
  var steps = 10

  func run() throws {
    try ModelArguments.check(threads: threads)
    guard let preset = NetworkShape.presets.first(where: { $0.name == shape }) else {
      throw UsageError(
        "shape is \(shape), expected one of "
          + NetworkShape.presets.map(\.name).joined(separator: ", "))
    }
    for (name, value) in [("length", length), ("vocabulary", vocabulary), ("steps", steps)] {
      guard (2...100_000).contains(value) else {
        throw UsageError("\(name) is \(value), expected 2 to 100000")
      }
    }
    guard (length...10_000_000).contains(batch) else {
      throw UsageError("batch is \(batch), expected \(length) to 10000000")
    }
    let threadCount = ModelOptions(threadCount: threads).usedThreadCount
    let trainer = try trainer(preset, threadCount)
    let fixed = trainer.batch(step: 0)
    var best = Duration.seconds(1_000_000), processor = best
    for _ in 0..<steps {
      let began = ContinuousClock.now, used = ProcessorTime.now
      _ = try trainer.step(on: fixed, done: 0.5)
      best = min(best, ContinuousClock.now - began)
      processor = min(processor, ProcessorTime.now - used)
    }
    let seconds = best / .seconds(1), positions = Double(fixed.tokens.count)
    let operations = trainer.network.shape.operationCount(length: length) * positions
    try OutputStream.standard.writeLine(
      "\(shape) \(optimizer.rawValue) \(precision.rawValue): "
        + "\(Int(positions / seconds)) tokens/s, \(unmask.fixed(seconds * 1000, 1)) ms a step, "
        + "\(unmask.fixed(operations / seconds / 1e9, 1)) GFLOP/s, \(Int(positions / (processor / .seconds(1)))) tokens a second of one core, peak memory "
        + byteCount(ProcessMemory.current.peak))
  }

  private func trainer(
    _ preset: NetworkShape.Preset, _ threadCount: Int
  ) throws -> Trainer {
    var corpus = TokenCorpus(endToken: 0)
    var random = SplitMix64(seed: 1)
    corpus.append((0..<16 * length).map { _ in TokenID(random.next() % UInt64(vocabulary)) })
    let shape = NetworkShape(preset, vocabularySize: vocabulary, contextLength: length)
    return Trainer(
      shape,
      parameters: Initialization(seed: 1).parameters(of: shape, ParameterLayout(shape)),
      source: try CanvasSource(
        corpus, .init(filling: .packed, canvasLength: length, positionsOfStep: batch), seed: 1),
      endToken: 0,
      settings: TrainingSettings(
        laneCount: threadCount, threadCount: threadCount,
        precision: precision == .float32 ? .f32 : .bf16,
        objective: DiffusionObjective(masking: .count, times: .lowDiscrepancy),
        optimizer: OptimizerSettings(kind: optimizer)))
  }
}

import ArgumentParser
import Inference
import MaskedDiffusion
import PlaygroundUI

/// Measures how fast a model computes here.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure forward passes, denoising steps and memory.",
    discussion: """
      A forward pass computes every layer and the logits of every row. A denoising step is what a \
      run does: one forward pass whose logits are computed at masked positions only, and the \
      sampling. Times are medians.
      """)

  @OptionGroup(title: "Model") var model: ModelArguments

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The positions of the canvas; 128 unless given, or what fits.", valueName: "n"))
  var rows: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The least time to measure each figure for.", valueName: "s"))
  var seconds = 2.0

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    guard seconds >= 0, seconds <= 3600 else {
      throw UsageError("seconds is \(seconds), expected 0 to 3600")
    }
    let directory = try model.directory()
    let start = ContinuousClock.now
    let model = try self.model.load(directory, needsText: false)
    let load = ContinuousClock.now - start
    let context = model.predictor.contextLength
    let rows = rows ?? min(128, context)
    guard (1...context).contains(rows) else {
      throw UsageError("rows is \(rows), expected 1 to \(context)")
    }
    var measurement = Measurement(
      model: model, rows: rows, threads: model.threadCount,
      loadMilliseconds: load / .milliseconds(1))
    try measurement.measureForward(for: .seconds(seconds))
    try measurement.measureSteps(for: .seconds(seconds))
    try OutputStream.standard.write(json ? measurement.json.text + "\n" : measurement.text)
  }
}

extension BenchCommand {
  /// What was measured.
  private struct Measurement {
    let model: Model
    let rows: Int
    let threads: Int
    let loadMilliseconds: Double
    var forwardMilliseconds = 0.0
    var stepMilliseconds = 0.0
    var stepCount = 0

    /// The denoising steps of the run that is timed.
    private static let steps = 32

    init(model: Model, rows: Int, threads: Int, loadMilliseconds: Double) {
      self.model = model
      self.rows = rows
      self.threads = threads
      self.loadMilliseconds = loadMilliseconds
    }

    mutating func measureForward(for duration: Duration) throws {
      let tokens = Array(repeating: model.predictor.maskToken, count: rows)
      let request = PredictionRequest(rows: [PredictionRow(tokens: tokens)], time: 1)
      var prediction = Prediction()
      // The first call allocates and reads the weights from disk.
      try model.predictor.predict(request, into: &prediction)
      var times: [Double] = []
      let end = ContinuousClock.now + duration
      repeat {
        let start = ContinuousClock.now
        try model.predictor.predict(request, into: &prediction)
        times.append((ContinuousClock.now - start) / .milliseconds(1))
      } while ContinuousClock.now < end || times.count < 5
      forwardMilliseconds = Self.median(times)
    }

    mutating func measureSteps(for duration: Duration) throws {
      let canvas = Canvas(prompt: [], length: rows, maskToken: model.predictor.maskToken)
      let settings = SamplerSettings(
        steps: Self.steps, strategy: AlgorithmSelection("low-confidence"),
        schedule: AlgorithmSelection("uniform"))
      var times: [Double] = []
      let end = ContinuousClock.now + duration
      repeat {
        var sampler = try Sampler(
          predictor: model.predictor, canvas: canvas, settings: settings)
        while let step = try sampler.step() { times.append(step.milliseconds) }
      } while ContinuousClock.now < end
      stepMilliseconds = Self.median(times)
      stepCount = times.count
    }

    private static func median(_ values: [Double]) -> Double {
      guard !values.isEmpty else { return 0 }
      let sorted = values.sorted()
      let middle = sorted.count / 2
      return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// Multiplications and additions of a forward pass, in thousand millions a second.
    private var gigaflops: Double {
      model.directory.floatingPointOperations(rows: rows) / forwardMilliseconds / 1e6
    }

    var text: String {
      let identity = model.identity
      let name = TextSanitizer(symbols: TerminalTraits.symbols).sanitized(
        "\(identity.name), \(identity.family), \(identity.precision)")
      let memory = ProcessMemory.current
      return """
        model          \(name)
        rows           \(rows)
        threads        \(threads)
        load           \(fixed(loadMilliseconds, 1)) ms
        forward pass   \(fixed(forwardMilliseconds, 3)) ms, \(fixed(1000 / forwardMilliseconds, 1)) a second
        arithmetic     \(fixed(gigaflops, 1)) GFLOP/s
        denoising step \(fixed(stepMilliseconds, 3)) ms, median of \(stepCount)
        memory         \(byteCount(memory.resident)), at most \(byteCount(memory.peak))

        """
    }

    var json: JSON {
      let memory = ProcessMemory.current
      return .object([
        "model": model.json, "rows": .integer(rows), "threads": .integer(threads),
        "precision": .string(model.identity.precision), "load_ms": .rounded(loadMilliseconds, 3),
        "forward_ms": .rounded(forwardMilliseconds, 4),
        "forwards_per_second": .rounded(1000 / forwardMilliseconds, 3),
        "gflops": .rounded(gigaflops, 3), "step_ms": .rounded(stepMilliseconds, 4),
        "memory_bytes": .integer(memory.resident), "peak_memory_bytes": .integer(memory.peak),
      ])
    }
  }
}

extension ModelDirectory {
  /// The multiplications and additions of a forward pass over `rows` positions: matrix products,
  /// attention and the head; two for a multiply-add.
  fileprivate func floatingPointOperations(rows: Int) -> Double {
    let shape = description.shape
    let (rows, width) = (Double(rows), Double(shape.width))
    let queries = Double(shape.queryWidth)
    let projections = width * (2 * queries + 2 * Double(shape.keyValueWidth))
    let feedForward = 3 * width * Double(shape.feedForwardWidth)
    let attention = 2 * rows * queries
    let layers = Double(shape.layerCount) * (projections + feedForward + attention)
    return 2 * rows * (layers + width * Double(shape.vocabularySize))
  }
}

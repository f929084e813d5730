import Benchmarks
import Kernels
import Models
import MaskedDiffusion

/// Everything `unmask bench` finds out.
struct BenchMeasurement {
  let subject: BenchSubject
  let rows: Int
  /// The canvases of a forward pass, of so many rows each.
  let batch: Int
  var peak = PeakRates()
  var forward = Times()
  /// The time of all threads together that the same passes take.
  var forwardProcessor = Times()
  /// The matrix products of a forward pass alone; only for shapes.
  var products: ProductTimes?
  var step = Times()
  /// The part of each step that is not the model.
  var sampling = Times()
  /// What guidance costs; `nil` where the canvas is too short for a prompt.
  var guidance: GuidanceCost?
  var runs: [BenchRun] = []
  /// The runs that the model cannot do.
  var omissions: [BenchOmission] = []
  /// What a step costs with more and more written before it.
  var lengths: [LengthCost] = []
  /// How far the predictions agree with those of single precision.
  var accuracy: PrecisionAgreement?

  /// The denoising steps of the run that is timed.
  private static let steps = 32

  init(subject: BenchSubject, rows: Int, batch: Int) {
    self.subject = subject
    self.rows = rows
    self.batch = batch
  }

  /// Thousand million multiplications and additions a second.
  var gigaflops: Double { Double(batch) * subject.operationCount(rows) / forward.median / 1e6 }

  /// The share of what the processor can do at most.
  var peakShare: Double { gigaflops / peak.bound(subject.precision) }

  /// The share of a denoising step that is not the model's.
  var samplerShare: Double { step.median > 0 ? sampling.median / step.median : 0 }

  /// Times forward passes with logits of all rows, and peak rates before and after.
  mutating func measureForward(for duration: Duration) throws {
    let kernels = Kernels(
      threadCount: subject.threadCount, instructionSet: subject.instructionSet)
    peak.measure(kernels)
    let tokens = Array(repeating: subject.predictor.maskToken, count: rows)
    let request = PredictionRequest(
      rows: Array(repeating: PredictionRow(tokens: tokens), count: batch), time: 1)
    var prediction = Prediction()
    // The first call allocates and reads the weights from disk.
    try subject.predictor.predict(request, into: &prediction)
    let end = ContinuousClock.now + duration
    repeat {
      let start = ContinuousClock.now, used = ProcessorTime.now
      try subject.predictor.predict(request, into: &prediction)
      forward.add(ContinuousClock.now - start)
      forwardProcessor.add(ProcessorTime.now - used)
    } while ContinuousClock.now < end || forward.count < 5
    peak.measure(kernels)
  }

  /// Times the matrix products alone, if the subject can compute them alone.
  mutating func measureProducts(for duration: Duration) {
    guard let model = subject.predictor as? RandomModel else { return }
    let products = MatrixProducts(of: model, rows: batch * rows)
    products.compute()
    var times = Times(), processor = Times()
    let end = ContinuousClock.now + duration
    repeat {
      let start = ContinuousClock.now, used = ProcessorTime.now
      products.compute()
      times.add(ContinuousClock.now - start)
      processor.add(ProcessorTime.now - used)
    } while ContinuousClock.now < end || times.count < 3
    self.products = ProductTimes(
      times: times, processor: processor, operationCount: products.operationCount)
    peak.measure(
      Kernels(
        threadCount: subject.threadCount, instructionSet: subject.instructionSet))
  }

  /// Times steps that draw tokens at temperature 1, and in them what is not the model.
  mutating func measureSteps(for duration: Duration) throws {
    let predictor = TimedPredictor(subject.predictor)
    let canvas = Canvas(prompt: [], length: rows, maskToken: predictor.maskToken)
    var settings = SamplerSettings(
      steps: Self.steps, strategy: AlgorithmSelection("low-confidence"),
      schedule: AlgorithmSelection("uniform"), temperature: 1)
    settings.writeBlocks(of: predictor.attention)
    let end = ContinuousClock.now + duration
    repeat {
      var sampler = try Sampler(predictor: predictor, canvas: canvas, settings: settings)
      predictor.reset()
      while let record = try sampler.step() {
        step.add(.milliseconds(record.milliseconds))
        sampling.add(.milliseconds(record.milliseconds) - predictor.reset())
        // A few steps of a large model say enough.
        if ContinuousClock.now >= end, step.count >= 4 { return }
      }
    } while ContinuousClock.now < end
  }

  /// Times steps with and without guidance.
  mutating func measureGuidance(for duration: Duration) throws {
    guard rows >= 2 else { return }
    guidance = try GuidanceCost(of: subject.predictor, rows: rows, for: duration)
  }

  /// Compares the predictions with those of single precision.
  mutating func measureAccuracy(_ directory: ModelDirectory, texts: Int) throws {
    var options = ModelOptions(precision: .float32, threadCount: subject.threadCount)
    options.instructionSet = subject.instructionSet
    let exact = try LoadedModel(directory, options: options, tokenizer: .none)
    accuracy = try PrecisionAgreement(
      of: subject.predictor, with: exact.predictor, texts: texts, length: rows)
  }
}

/// The matrix products of a forward pass alone.
struct ProductTimes {
  var times: Times
  /// The time of all threads together.
  var processor: Times
  var operationCount: Double

  /// Thousand million multiplications and additions a second.
  var gigaflops: Double { operationCount / times.median / 1e6 }
}

/// Durations of the same work, in milliseconds.
struct Times {
  private var values: [Double] = []

  var count: Int { values.count }
  var least: Double { values.min() ?? 0 }

  var median: Double {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  mutating func add(_ duration: Duration) { values.append(duration / .milliseconds(1)) }
}

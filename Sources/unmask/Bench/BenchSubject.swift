import Benchmarks
import Kernels
import Models
import MaskedDiffusion
import PlaygroundUI

/// What is measured: a model, or a published shape with random weights.
struct BenchSubject {
  /// The model or the shape, as text and JSON name it.
  let name: String
  /// The name of the shape; `nil` for a model.
  let shape: String?
  /// The model; `nil` for a shape.
  let model: Model?
  let predictor: any MaskPredictor
  let precision: ModelOptions.Precision
  let threadCount: Int
  /// What products are computed with.
  let instructionSet: Kernels.InstructionSet
  let loadMilliseconds: Double
  /// The multiplications and additions of a forward pass over so many positions.
  let operationCount: (_ rows: Int) -> Double

  /// Makes a model of `published` with random weights.
  ///
  /// - Throws: ``UsageError`` when it would not fit into memory.
  init(_ published: PublishedShape, options: ModelOptions, memory: Int) throws(UsageError) {
    let precision = published.precision(
      for: options.precision, on: options.instructionSet)
    let needed = published.byteCount(precision)
    guard needed <= memory / 5 * 4 else {
      throw UsageError(
        "\(published.name) in \(precision.rawValue) needs \(byteCount(needed)), "
          + "the machine has \(byteCount(memory))", hint: "try --precision q8 or q4")
    }
    let start = ContinuousClock.now
    predictor = RandomModel(published, options: options)
    loadMilliseconds = (ContinuousClock.now - start) / .milliseconds(1)
    name = "\(published.name), random weights, \(precision.rawValue)"
    shape = published.name
    model = nil
    self.precision = precision
    threadCount = options.usedThreadCount
    instructionSet = options.instructionSet
    operationCount = published.operationCount
  }

  /// Loads the model that `arguments` name.
  init(_ arguments: ModelArguments, options: ModelOptions) throws {
    let source = try arguments.source()
    guard case .directory(let directory) = source else {
      throw UsageError("\(source.path) is a formula, expected a model with weights to measure")
    }
    let start = ContinuousClock.now
    let model = try arguments.load(source, needsText: false, options: options)
    loadMilliseconds = (ContinuousClock.now - start) / .milliseconds(1)
    let identity = model.identity
    name = TextSanitizer(symbols: TerminalTraits.symbols).sanitized(
      "\(identity.name), \(identity.family), \(model.precision.rawValue)")
    shape = nil
    self.model = model
    predictor = model.predictor
    precision = model.precision
    threadCount = model.threadCount
    instructionSet = options.instructionSet
    operationCount = directory.operationCount
  }
}

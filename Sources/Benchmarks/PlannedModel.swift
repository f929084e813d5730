internal import Checkpoints
internal import MaskedDiffusion
public import Models

/// A model whose cost is to be foretold: one on disk, or a published shape.
public struct PlannedModel: Sendable {
  /// What it is called.
  public let name: String
  /// The number of weights.
  public let parameterCount: Int

  let architecture: Architecture
  private let directory: ModelDirectory?
  private let names: TensorNames

  /// Plans a model on disk.
  public init(_ directory: ModelDirectory) {
    name = directory.name
    parameterCount = directory.parameterCount
    architecture = directory.description.architecture
    names = directory.description.names
    self.directory = directory
  }

  /// Plans the published shape called `name`; `nil` if there is none.
  public init?(shape name: String) {
    if let published = PublishedShape.named(name) {
      architecture = published.shape
      names = published.shape.attentionLayout == .grouped ? .litGPT : .transformers
    } else if let checkpoint = RandomCheckpoint.named(name) {
      architecture = checkpoint.architecture
      names = checkpoint.names
    } else {
      return nil
    }
    self.name = name
    directory = nil
    parameterCount = names.tensors(in: architecture).reduce(0) {
      $0 + ($1.shape.elementCount ?? 0)
    }
  }

  /// The names of all shapes.
  public static var shapeNames: [String] {
    let others = RandomCheckpoint.all.map(\.name)
    return PublishedShape.all.map(\.name).filter { !others.contains($0) } + others
  }

  /// The largest number of positions.
  public var contextLength: Int { architecture.contextLength }

  /// The precision that `auto` stands for here.
  ///
  /// - Parameter memory: The memory there is, in bytes.
  /// - Returns: The precision.
  public func automaticPrecision(memory: Int) -> ModelOptions.Precision {
    if let directory { return directory.precision(for: .auto) }
    return ModelDirectory.automaticPrecision(
      format: .bf16, elements: parameterCount, memory: UInt64(max(0, memory)),
      instructionSet: .preferred)
  }

  /// Returns the memory it takes in `precision` on a canvas of `positions`.
  public func footprint(
    _ precision: ModelOptions.Precision, positions: Int
  ) -> MemoryFootprint {
    if let directory { return directory.footprint(precision, positions: positions) }
    return MemoryFootprint(
      of: architecture, names: names, precision: precision, positions: positions)
  }

  /// Foretells the time of a forward pass over `positions`, logits of all of them included, in
  /// seconds.
  ///
  /// A network of the same proportions, small enough to be made at once and too large for the
  /// caches, is made of random numbers and timed; the rest is a rule of three.
  ///
  /// - Parameters:
  ///   - precision: The precision, not `auto`.
  ///   - positions: The positions of the canvas, 1 or more.
  ///   - threadCount: The threads; `nil` stands for one a core.
  /// - Returns: The seconds.
  /// - Throws: `PredictionError`.
  public func secondsOfPass(
    _ precision: ModelOptions.Precision, positions: Int, threadCount: Int? = nil
  ) throws -> Double {
    let sample = architecture.sample(positions: positions)
    let model = RandomModel(
      PublishedShape(name: name, shape: sample, maskToken: 0),
      options: ModelOptions(precision: precision, threadCount: threadCount))
    let seconds = try ForwardTime.least(of: model, positions: positions)
    return seconds * architecture.operationCount(rows: positions)
      / sample.operationCount(rows: positions)
  }
}

extension Architecture {
  /// The most weights of a sample: quickly made, and more than caches hold.
  private static let sampleWeights = 64_000_000

  /// A network of the same proportions with fewer weights, plain where that takes the same time.
  func sample(positions: Int) -> Architecture {
    var sample = Architecture(
      layerCount: layerCount, width: width, headCount: headCount,
      keyValueHeadCount: keyValueHeadCount, headSize: headSize,
      feedForwardWidth: feedForwardWidth, embeddingCount: embeddingCount,
      vocabularySize: vocabularySize, contextLength: max(contextLength, positions),
      normEpsilon: 1e-5, rotary: Rotary(base: 10_000))
    if let experts {
      sample.feedForwardWidth = experts.perPosition * experts.width + (experts.sharedWidth ?? 0)
    }
    // Whole groups of heads that share a key head stay together.
    let group = headCount / max(1, keyValueHeadCount)
    let groups = max(1, min(keyValueHeadCount, 2048 / max(1, group * headSize)))
    if groups < keyValueHeadCount {
      (sample.keyValueHeadCount, sample.headCount) = (groups, groups * group)
      let smaller = max(256, width * groups / keyValueHeadCount / 256 * 256)
      sample.feedForwardWidth = max(256, sample.feedForwardWidth * smaller / width / 256 * 256)
      sample.width = smaller
    }
    let layer =
      sample.width * (2 * sample.queryWidth + 2 * sample.keyValueWidth)
      + 3 * sample.width * sample.feedForwardWidth
    sample.layerCount = max(1, min(layerCount, Self.sampleWeights / max(1, layer)))
    // The head's share of the work stays what it is in the whole network.
    let share = Double(sample.layerCount * layer) / Double(max(1, layerCount * layer))
    let rows = Int(Double(vocabularySize) * share * Double(width) / Double(sample.width))
    sample.vocabularySize = min(vocabularySize, max(64, rows))
    sample.embeddingCount = sample.vocabularySize
    return sample
  }
}

/// The time of a forward pass.
enum ForwardTime {
  /// Returns the least seconds of a few passes over `positions` masks.
  ///
  /// - Throws: `PredictionError`.
  static func least(of model: RandomModel, positions: Int) throws -> Double {
    let tokens = Array(repeating: model.maskToken, count: positions)
    let request = PredictionRequest(rows: [PredictionRow(tokens: tokens)], time: 1)
    var prediction = Prediction()
    // The first call allocates.
    try model.predict(request, into: &prediction)
    var least = Double.infinity
    let end = ContinuousClock.now + .milliseconds(400)
    var count = 0
    while count < 3 || ContinuousClock.now < end {
      let start = ContinuousClock.now
      try model.predict(request, into: &prediction)
      least = min(least, (ContinuousClock.now - start) / .seconds(1))
      count += 1
    }
    return least
  }
}

internal import Kernels
public import Models
public import MaskedDiffusion

/// A network of a published shape with random weights: as fast as the model itself, and as useful
/// as none.
public struct RandomModel: MaskPredictor {
  private let published: PublishedShape
  let network: Transformer

  /// Makes the weights, on all threads.
  ///
  /// - Parameters:
  ///   - published: The dimensions.
  ///   - options: How to compute; `auto` is resolved here.
  ///   - seed: The same seed gives the same weights.
  public init(_ published: PublishedShape, options: ModelOptions = ModelOptions(), seed: UInt64 = 0)
  {
    self.published = published
    var options = options
    options.precision = published.precision(
      for: options.precision, on: options.instructionSet)
    let kernels = Kernels(
      threadCount: options.usedThreadCount, instructionSet: options.instructionSet)
    let weights = RandomWeights(
      plain: options.precision.randomFormat, formats: WeightFormats(options.precision),
      kernels: kernels, seed: seed)
    network = Transformer(
      architecture: published.shape, weights: weights.weights(of: published), options: options,
      kernels: kernels)
  }

  /// The token that stands for “not yet known”.
  public var maskToken: TokenID { published.maskToken }
  /// The number of tokens the model can predict.
  public var vocabularySize: Int { published.shape.vocabularySize }
  /// The number of tokens the model can read.
  public var embeddingCount: Int { published.shape.embeddingCount }
  /// The largest number of positions.
  public var contextLength: Int { published.shape.contextLength }
  /// None: what random weights write has no end.
  public var endOfTextTokens: [TokenID] { [] }
  /// It can say who attends to whom.
  public var givesAttention: Bool { true }
  /// A reader on the threads of the model.
  public var logitsReader: any LogitsReader { KernelLogitsReader(kernels: network.kernels) }

  /// Computes the logits `request` wants.
  ///
  /// - Throws: ``PredictionError``.
  public func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    try network.predict(request, into: &prediction)
  }

  /// Returns an empty cache for this model.
  public func makeCache() -> (any PredictionCache)? { network.makeCache() }
}

/// Makes matrices of random numbers.
///
/// Rows are cut from one table of normally distributed numbers at random places: good enough to
/// keep every number in a realistic range, and made as fast as memory can be written.
private struct RandomWeights {
  let plain: Kernels.Format
  let formats: WeightFormats
  let kernels: Kernels
  private let table: Tensor
  private let seed: UInt64

  /// More than the longest row, and no power of two.
  private static let tableCount = 99_991
  /// The standard deviation transformers are initialised with.
  private static let deviation: Float = 0.02

  init(plain: Kernels.Format, formats: WeightFormats, kernels: Kernels, seed: UInt64) {
    self.plain = plain
    self.formats = formats
    self.kernels = kernels
    self.seed = seed
    var random = SplitMix64(seed: seed)
    table = Tensor(
      (0..<Self.tableCount).map { _ in
        // The sum of four uniform numbers has nearly the shape of a normal one, variance 1/3.
        let sum = (0..<4).reduce(Float(0)) { sum, _ in
          sum + Float(random.next() >> 40) * 0x1p-24
        }
        return (sum - 2) * Float(3).squareRoot() * Self.deviation
      })
  }

  func weights(of published: PublishedShape) -> TransformerWeights {
    let shape = published.shape
    let width = shape.width
    let blocks = (0..<shape.layerCount).map { layer in
      func linear(_ number: Int, _ rows: Int, _ columns: Int) -> Linear {
        Linear(matrix(UInt64(8 * layer + number), rows, columns, formats.layers))
      }
      return TransformerWeights.Block(
        attentionNorm: NormWeights(ones(width)),
        attention: shape.attentionLayout == .grouped
          ? .packed(linear(0, shape.queryWidth + 2 * shape.keyValueWidth, width))
          : .separate(
            query: linear(0, shape.queryWidth, width), key: linear(1, shape.keyValueWidth, width),
            value: linear(2, shape.keyValueWidth, width)),
        projection: linear(3, width, shape.queryWidth), feedForwardNorm: NormWeights(ones(width)),
        feedForward: .dense(
          TransformerWeights.GatedLayer(
            gate: linear(4, shape.feedForwardWidth, width).weights,
            up: linear(5, shape.feedForwardWidth, width).weights,
            down: linear(6, width, shape.feedForwardWidth).weights)))
    }
    let last = UInt64(8 * shape.layerCount)
    return TransformerWeights(
      embedding: matrix(last, shape.embeddingCount, width, nil), blocks: blocks,
      finalNorm: NormWeights(ones(width)),
      head: matrix(last + 1, shape.vocabularySize, width, formats.head))
  }

  private func ones(_ count: Int) -> Tensor { Tensor(Array(repeating: 1, count: count)) }

  private func matrix(
    _ number: UInt64, _ rows: Int, _ columns: Int, _ wanted: Kernels.Format?
  ) -> WeightMatrix {
    let format = WeightFormats.format(wanted, columns: columns, stored: plain)
    let rowBytes = columns / format.blockElements * format.blockBytes
    return WeightMatrix(rows: rows, columns: columns, format: format) { output in
      guard let base = output.baseAddress else { return }
      // Each row is written by one thread.
      nonisolated(unsafe) let target = base
      let tasks = min(rows, 16 * kernels.pool.threadCount)
      kernels.pool.run(taskCount: tasks) { task, _ in
        for row in rows * task / tasks..<rows * (task + 1) / tasks {
          var random = SplitMix64(seed: seed &+ number << 32 &+ UInt64(row))
          let start = Int(random.next() % UInt64(Self.tableCount - columns))
          kernels.quantize(
            table.address + start, count: columns, to: format, into: target + row * rowBytes)
        }
      }
    }
  }
}

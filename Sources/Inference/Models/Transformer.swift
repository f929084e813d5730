internal import MaskedDiffusion
internal import Synchronization

/// The network that several families share: pre-norm blocks of rotary attention in both
/// directions and gated feed-forward layers, with sequential residuals.
///
/// x ← x + W_o · attention(norm(x)); x ← x + W_down · (silu(W_gate · norm(x)) ⊙ W_up · norm(x))
final class Transformer: Sendable {
  let shape: TransformerShape
  let weights: TransformerWeights
  let kernels: Kernels
  let precision: Kernels.Precision

  /// What a forward pass writes; touched only by whoever holds the turn.
  nonisolated(unsafe) let pass = Pass()
  private let turn = Mutex<Void>(())

  /// The state of a forward pass, kept for the next one.
  final class Pass {
    /// The request, laid out.
    var layout = RequestLayout()
    /// Intermediate results.
    let scratch = TransformerScratch()
    /// The left side of products inside the blocks.
    let input = Kernels.Input()
    /// The left side of the head's product, one a row of the request.
    var headInputs: [Kernels.Input] = []
    /// The rotations of the positions seen so far.
    var rotations = RotaryTable(positionCount: 0, headSize: 2, base: 1)
  }

  /// Creates the network, and converts its weights to the precision asked for.
  ///
  /// - Parameters:
  ///   - shape: The dimensions.
  ///   - weights: The weights, of these dimensions.
  ///   - options: How to compute.
  ///   - kernels: What to compute with; `nil` starts threads of its own.
  ///   - progress: Told how far the conversion of the weights is.
  init(
    shape: TransformerShape, weights: TransformerWeights, options: ModelOptions,
    kernels: Kernels? = nil, progress: LoadingProgress? = nil
  ) {
    self.shape = shape
    let kernels = kernels ?? Kernels(threadCount: options.usedThreadCount)
    self.kernels = kernels
    precision = options.precision.products
    var weights = weights
    weights.convert(to: WeightFormats(options.precision), kernels, progress: progress)
    self.weights = weights
  }

  /// Returns an empty cache for this network.
  func makeCache() -> KeyValueCache {
    KeyValueCache(
      owner: ObjectIdentifier(self), layerCount: shape.layerCount,
      keyValueWidth: shape.keyValueWidth)
  }

  /// Computes the logits `request` wants.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - prediction: Where the logits go; its storage is reused.
  ///   - isShifted: Whether the logits of a position are the output of the one before.
  /// - Throws: ``PredictionError``. A cache the request uses is empty after `cancelled`.
  func predict(
    _ request: PredictionRequest, into prediction: inout Prediction, isShifted: Bool = false
  ) throws(PredictionError) {
    try turn.withLock { _ throws(PredictionError) in
      try pass.layout.lay(
        request, shape: shape, owner: ObjectIdentifier(self), isShifted: isShifted)
      prepare()
      let cancellation = request.cancellation
      kernels.gather(pass.layout.tokens, from: weights.embedding.matrix, into: stream)
      for (layer, block) in weights.blocks.enumerated() {
        attend(layer, block, cancellation)
        feedForward(block, cancellation)
        guard cancellation?.isRaised != true else { throw .cancelled }
      }
      for row in pass.layout.rows { row.cache?.positionCount = row.keyCount }
      computeLogits(request, into: &prediction)
      guard cancellation?.isRaised != true else { throw .cancelled }
      try checkFinite(prediction)
    }
  }

  /// Makes room for the request that was laid out.
  private func prepare() {
    let layout = pass.layout
    pass.scratch.reserve(
      shape, queries: layout.queryCount, keys: layout.keyCount, wanted: layout.outputs.count)
    if layout.positionBound > pass.rotations.positionCount {
      // Twice as many as now, so that a canvas that grows does not cost a table a step.
      let count = max(layout.positionBound, 2 * pass.rotations.positionCount)
      pass.rotations = RotaryTable(
        positionCount: min(count, shape.contextLength), headSize: shape.headSize,
        base: shape.rotaryBase, precision: shape.rotaryPrecision)
    }
    for row in layout.rows {
      guard let cache = row.cache else { continue }
      if row.computed.count == row.keyCount { cache.reserve(row.keyCount) }
      // Until every layer is stored, the cache holds a mixture of two passes.
      cache.positionCount = 0
    }
  }
}

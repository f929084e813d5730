package import Kernels
package import MaskedDiffusion
internal import Synchronization

/// The network that several families share: pre-norm blocks of rotary attention in both
/// directions and gated feed-forward layers, with sequential residuals.
///
/// x ← x + W_o · attention(norm(x)); x ← x + W_down · (silu(W_gate · norm(x)) ⊙ W_up · norm(x))
package final class Transformer: Sendable {
  /// The dimensions.
  package let shape: TransformerShape
  /// The weights, converted to the precision asked for.
  package let weights: TransformerWeights
  /// What computes.
  package let kernels: Kernels
  /// What products are computed with.
  package let precision: Kernels.Precision
  let lanes: RowLanes
  /// The weights of each block.
  package let blocks: [BlockView]

  /// What a forward pass writes; touched only by whoever holds the turn.
  nonisolated(unsafe) let pass = Pass()
  private let turn = Mutex<Void>(())

  /// Decoded weights are kept as well up to so many bytes: what stays in a cache that cores share.
  private static let preparedLimit = 32 << 20

  /// The state of a forward pass, kept for the next one.
  final class Pass {
    /// The request, laid out.
    var layout = RequestLayout()
    /// Intermediate results.
    let scratch = TransformerScratch()
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
  package init(
    shape: TransformerShape, weights: TransformerWeights, options: ModelOptions,
    kernels: Kernels? = nil, progress: LoadingProgress? = nil
  ) {
    self.shape = shape
    let kernels = kernels ?? Kernels(threadCount: options.usedThreadCount)
    self.kernels = kernels
    precision = options.precision.products
    var weights = weights
    weights.convert(to: WeightFormats(options.precision), kernels, progress: progress)
    let isSmall = weights.preparedByteCount(kernels, precision) <= Self.preparedLimit
    if isSmall { weights.prepare(kernels, precision) }
    self.weights = weights
    lanes = RowLanes(kernels, isSmall: isSmall)
    blocks = weights.blocks.map { BlockView($0, normEpsilon: shape.normEpsilon) }
  }

  /// Whether queries, keys and values come out of one matrix, group by group.
  var packsAttention: Bool {
    if case .packed = weights.blocks.first?.attention { true } else { false }
  }

  /// Returns an empty cache for this network.
  package func makeCache() -> KeyValueCache {
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
  package func predict(
    _ request: PredictionRequest, into prediction: inout Prediction, isShifted: Bool = false
  ) throws(PredictionError) {
    try turn.withLock { _ throws(PredictionError) in
      try pass.layout.lay(
        request, shape: shape, owner: ObjectIdentifier(self), isShifted: isShifted)
      prepare()
      let cancellation = request.cancellation
      let rows = passRows
      kernels.gather(pass.layout.tokens, from: weights.embedding.matrix, into: rows.stream)
      computeBlocks(rows, cancellation)
      guard cancellation?.isRaised != true else { throw .cancelled }
      computeLogits(request, of: rows.stream, into: &prediction)
      guard cancellation?.isRaised != true else { throw .cancelled }
      for row in pass.layout.rows { row.cache?.positionCount = row.keyCount }
      try checkFinite(prediction)
    }
  }

  /// Takes the stream through all blocks, or fewer when cancelled.
  private func computeBlocks(_ rows: PassRows, _ cancellation: CancellationFlag?) {
    let rowCount = pass.layout.queryCount
    pass.layout.isVisible.withUnsafeBufferPointer { isVisible in
      let visible = pass.layout.hidesKeys ? isVisible.baseAddress : nil
      for (layer, block) in blocks.enumerated() {
        lanes.forEachPart(of: rowCount, cancellation: cancellation) { part, lane in
          project(part, layer, block, rows, lane, cancellation)
        }
        guard cancellation?.isRaised != true else { return }
        var sources = keySources(layer, rows.heads, visible: visible)
        let isLast = layer == blocks.count - 1
        if isLast { keepWantedRows(rows, &sources) }
        let unfinishedCount = isLast ? pass.layout.kept.count : rowCount
        lanes.forEachPart(of: unfinishedCount, cancellation: cancellation) { part, lane in
          attend(part, sources, block, rows, lane, cancellation)
          feedForward(part, block, rows, lane, cancellation)
        }
        guard cancellation?.isRaised != true else { return }
      }
    }
  }

  /// Makes room for the request that was laid out.
  private func prepare() {
    let layout = pass.layout
    let readsCache = layout.rows.contains { !$0.isWhole }
    pass.scratch.reserve(
      shape, queries: layout.queryCount, keys: readsCache ? layout.keyCount : 0,
      wanted: layout.outputs.count)
    if layout.positionBound > pass.rotations.positionCount {
      // Twice as many as now, so that a canvas that grows does not cost a table a step.
      let count = max(layout.positionBound, 2 * pass.rotations.positionCount)
      pass.rotations = RotaryTable(
        positionCount: min(count, shape.contextLength), headSize: shape.headSize,
        base: shape.rotaryBase, precision: shape.rotaryPrecision)
    }
    for row in layout.rows {
      guard let cache = row.cache else { continue }
      if row.isWhole { cache.reserve(row.keyCount) }
      // Until every layer is stored, the cache holds a mixture of two passes.
      cache.positionCount = 0
    }
  }
}

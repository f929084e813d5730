package import Kernels
package import MaskedDiffusion
internal import Synchronization

/// An ``Architecture`` with its weights, and the forward pass.
package final class Transformer: Sendable {
  /// What is computed.
  package let architecture: Architecture
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
    /// The left side of the product in front of the head.
    let headTransformInput = Kernels.Input()
    /// The rotations of the positions seen so far.
    var rotations = RotaryTable(positionCount: 0, headSize: 2, rotary: Rotary(base: 1))
    /// The same for blocks that see their neighbourhood only.
    var localRotations = RotaryTable(positionCount: 0, headSize: 2, rotary: Rotary(base: 1))
    /// The network as the noise makes it.
    var conditioned: ConditionedNetwork?
  }

  /// Creates the network, and converts its weights to the precision asked for.
  ///
  /// - Parameters:
  ///   - architecture: What to compute.
  ///   - weights: The weights, of its dimensions.
  ///   - options: How to compute.
  ///   - kernels: What to compute with; `nil` starts threads of its own.
  ///   - progress: Told how far the conversion of the weights is.
  package init(
    architecture: Architecture, weights: TransformerWeights, options: ModelOptions,
    kernels: Kernels? = nil, progress: LoadingProgress? = nil
  ) {
    self.architecture = architecture
    let kernels =
      kernels
      ?? Kernels(threadCount: options.usedThreadCount, instructionSet: options.instructionSet)
    self.kernels = kernels
    precision = options.precision.products
    var weights = weights
    weights.convert(to: WeightFormats(options.precision), kernels, progress: progress)
    let isSmall = weights.preparedByteCount(kernels, precision) <= Self.preparedLimit
    if isSmall { weights.prepare(kernels, precision) }
    self.weights = weights
    lanes = RowLanes(kernels, isSmall: isSmall)
    blocks = weights.blocks.map { BlockView($0, architecture) }
  }

  /// Returns an empty cache for this network.
  package func makeCache() -> KeyValueCache {
    KeyValueCache(
      owner: ObjectIdentifier(self), layerCount: architecture.layerCount,
      keyValueWidth: architecture.keyValueWidth)
  }

  /// Computes the logits `request` wants.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - prediction: Where the logits go; its storage is reused.
  /// - Throws: ``PredictionError``. A cache the request uses is empty after `cancelled`.
  package func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    try turn.withLock { _ throws(PredictionError) in
      try pass.layout.lay(
        request, architecture: architecture, owner: ObjectIdentifier(self))
      prepare()
      let cancellation = request.cancellation
      let rows = passRows
      kernels.gather(pass.layout.tokens, from: weights.embedding.matrix, into: rows.stream)
      try completeEmbedding(of: request, rows)
      condition(on: request)
      prediction.attention = attentionMaps(for: request)
      computeBlocks(request, rows, &prediction.attention)
      guard cancellation?.isRaised != true else { throw .cancelled }
      transformHeadInput(rows)
      computeLogits(request, of: rows.stream, into: &prediction)
      guard cancellation?.isRaised != true else { throw .cancelled }
      for row in pass.layout.rows where !row.isOrdered {
        row.cache?.positionCount = row.keyCount
      }
      pass.layout.storeEntries(of: request)
      prediction.computedCount = pass.layout.queryCount
      try checkFinite(prediction)
    }
  }

  /// Takes the stream through all blocks, or fewer when cancelled.
  private func computeBlocks(
    _ request: PredictionRequest, _ rows: PassRows, _ maps: inout [AttentionMap?]
  ) {
    let cancellation = request.cancellation
    let rowCount = pass.layout.queryCount
    let blocks = pass.conditioned?.blocks ?? blocks
    pass.layout.withVisibility { visibility in
      for (layer, block) in blocks.enumerated() {
        lanes.forEachPart(of: rowCount, cancellation: cancellation) { part, lane in
          project(part, layer, block, rows, lane, cancellation)
        }
        guard cancellation?.isRaised != true else { return }
        var sources = keySources(layer, rows.heads, visibility)
        let isLast = layer == blocks.count - 1
        if !maps.isEmpty {
          let seen = visibility.seen(isLocal: architecture.isLocal(layer), isKept: false)
          addAttention(of: layer, to: &maps, asked: request, sources, seen, rows.heads)
        }
        if isLast { keepWantedRows(rows, &sources) }
        let unfinishedCount = isLast ? pass.layout.kept.count : rowCount
        let seen = visibility.seen(isLocal: architecture.isLocal(layer), isKept: isLast)
        lanes.forEachPart(of: unfinishedCount, cancellation: cancellation) { part, lane in
          attend(part, sources, seen, block, rows, lane, cancellation)
          feedForward(part, block, rows, lane, cancellation)
        }
        guard cancellation?.isRaised != true else { return }
      }
    }
  }

  /// Makes room for the request that was laid out.
  private func prepare() {
    let layout = pass.layout
    let readsCache = layout.rows.contains { !$0.isWhole && !$0.isOrdered }
    pass.scratch.reserve(
      architecture, queries: layout.queryCount, keys: readsCache ? layout.keyCount : 0,
      wanted: layout.outputs.count)
    prepareRotations(layout.positionBound)
    for row in layout.rows where !row.isOrdered {
      guard let cache = row.cache else { continue }
      if row.isWhole { cache.reserve(row.keyCount) }
      // Until every layer is stored, the cache holds a mixture of two passes.
      cache.positionCount = 0
    }
  }

  /// Makes sure that there are rotations for positions below `bound`.
  private func prepareRotations(_ bound: Int) {
    guard architecture.rotatedSize > 0 else { return }
    prepare(&pass.rotations, architecture.rotary, bound)
    if let local = architecture.localAttention {
      prepare(&pass.localRotations, local.rotary, bound)
    }
  }

  private func prepare(_ table: inout RotaryTable, _ rotary: Rotary, _ bound: Int) {
    let length = rotary.frequencyLength(positionCount: bound)
    var count = bound
    if length == 0 {
      guard bound > table.positionCount || table.frequencyLength != 0 else { return }
      // Twice as many as now, so that a canvas that grows does not cost a table a step; but not so
      // many that frequencies would depend on the number.
      count = min(max(bound, 2 * table.positionCount), architecture.contextLength)
      if rotary.frequencyLength(positionCount: count) != 0 { count = bound }
    } else {
      guard table.frequencyLength != length else { return }
    }
    table = RotaryTable(positionCount: count, headSize: architecture.rotatedSize, rotary: rotary)
  }
}

internal import MaskedDiffusion
internal import Synchronization

/// The network that several families share: pre-norm blocks of rotary attention in both
/// directions and gated feed-forward layers, with sequential residuals.
///
/// x ← x + W_o · attention(norm(x)); x ← x + W_down · (silu(W_gate · norm(x)) ⊙ W_up · norm(x))
final class Transformer: Sendable {
  let shape: TransformerShape
  private let weights: TransformerWeights
  private let kernels: Kernels
  private let precision: Kernels.Precision

  /// What a forward pass writes; whoever holds the turn may.
  private nonisolated(unsafe) let pass = Pass()
  private let turn = Mutex<Void>(())

  private final class Pass {
    var layout = RequestLayout()
    let scratch = TransformerScratch()
    let input = Kernels.Input()
    var headInputs: [Kernels.Input] = []
    var rotations: RotaryTable
    init() { rotations = RotaryTable(positionCount: 0, headSize: 2, base: 1) }
  }

  /// The rows of the head computed before the next row of the request has its turn: few enough
  /// to stay in the cache until then, enough to keep every thread busy.
  private static let headSlab = 4096

  init(shape: TransformerShape, weights: TransformerWeights, options: ModelOptions) {
    self.shape = shape
    self.weights = weights
    kernels = Kernels(threadCount: options.usedThreadCount)
    precision =
      switch options.precision {
      case .auto: .fast
      case .float32: .f32
      case .bfloat16: .bf16
      }
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

// MARK: - Blocks

extension Transformer {
  private typealias Rows = Kernels.Rows

  private var queryCount: Int { pass.layout.queryCount }
  private var stream: Rows {
    Rows(pass.scratch.stream.address, count: queryCount, width: shape.width)
  }
  private var queries: Rows {
    Rows(pass.scratch.queries.address, count: queryCount, width: shape.queryWidth)
  }
  private var keys: Rows {
    Rows(pass.scratch.keys.address, count: queryCount, width: shape.keyValueWidth)
  }
  private var values: Rows {
    Rows(pass.scratch.values.address, count: queryCount, width: shape.keyValueWidth)
  }

  private func norm(_ weight: Tensor) -> Kernels.Norm {
    Kernels.Norm(weight: weight.address, epsilon: shape.normEpsilon)
  }

  private func attend(
    _ layer: Int, _ block: TransformerWeights.Block, _ cancellation: CancellationFlag?
  ) {
    pass.input.set(stream, norm: norm(block.attentionNorm))
    switch block.attention {
    case .separate(let query, let key, let value):
      multiply(by: query, into: queries, cancellation)
      multiply(by: key, into: keys, cancellation)
      multiply(by: value, into: values, cancellation)
    case .packed(let matrix):
      let packed = Rows(pass.scratch.packed.address, count: queryCount, width: matrix.rows)
      multiply(by: matrix, into: packed, cancellation)
      unpack(packed)
    }
    // A cancelled product is half written; what it holds must not reach a cache.
    guard cancellation?.isRaised != true else { return }
    for row in pass.layout.rows { row.cache.map { store(row, layer, in: $0) } }
    rotate(queries, positions: pass.layout.queryPositions[...])
    rotate(keys, positions: pass.layout.queryPositions[...])
    for row in pass.layout.rows { attend(row, layer, cancellation) }
    pass.input.set(queries)
    multiply(by: block.projection, into: stream, accumulate: true, cancellation)
  }

  private func feedForward(
    _ block: TransformerWeights.Block, _ cancellation: CancellationFlag?
  ) {
    let hidden = Rows(
      pass.scratch.hidden.address, count: queryCount, width: shape.feedForwardWidth)
    pass.input.set(stream, norm: norm(block.feedForwardNorm))
    kernels.multiplySwiGLU(
      pass.input, gate: block.gate.matrix, up: block.up.matrix, into: hidden,
      precision: precision, cancellation: cancellation)
    pass.input.set(hidden)
    multiply(by: block.down, into: stream, accumulate: true, cancellation)
  }

  private func multiply(
    by weights: WeightMatrix, into output: Rows, accumulate: Bool = false,
    _ cancellation: CancellationFlag?
  ) {
    kernels.multiply(
      pass.input, by: weights.matrix, into: output, accumulate: accumulate, precision: precision,
      cancellation: cancellation)
  }

  /// Sorts the heads of a packed product: for each key head come its query heads, the key head
  /// itself and the value head.
  private func unpack(_ packed: Rows) {
    let size = shape.headSize
    let sharing = shape.headCount / shape.keyValueHeadCount
    let (queries, keys, values) = (queries, keys, values)
    let taskCount = min(packed.count, 4 * kernels.pool.threadCount)
    kernels.pool.run(taskCount: taskCount) { task, _ in
      for row in packed.count * task / taskCount..<packed.count * (task + 1) / taskCount {
        for group in 0..<shape.keyValueHeadCount {
          let source = packed[row] + group * (sharing + 2) * size
          (queries[row] + group * sharing * size).update(from: source, count: sharing * size)
          (keys[row] + group * size).update(from: source + sharing * size, count: size)
          (values[row] + group * size).update(from: source + (sharing + 1) * size, count: size)
        }
      }
    }
  }

  private func rotate(_ rows: Rows, positions: ArraySlice<Int32>) {
    let rotations = pass.rotations
    let table = Kernels.RotaryTable(
      cosine: rotations.cosines.address, sine: rotations.sines.address,
      positionCount: rotations.positionCount)
    positions.withUnsafeBufferPointer { positions in
      guard let positions = positions.baseAddress else { return }
      kernels.rotate(rows, headSize: shape.headSize, positions: positions, table: table)
    }
  }

  /// Keeps what was computed of `row`, its keys not yet rotated.
  private func store(_ row: RequestLayout.Row, _ layer: Int, in cache: KeyValueCache) {
    let width = shape.keyValueWidth
    let count = row.computed.count * width
    let offset = row.computed.lowerBound * width
    (cache.keys[layer].address + offset).update(from: keys[row.queries.lowerBound], count: count)
    (cache.values[layer].address + offset).update(
      from: values[row.queries.lowerBound], count: count)
  }

  private func attend(
    _ row: RequestLayout.Row, _ layer: Int, _ cancellation: CancellationFlag?
  ) {
    let width = shape.keyValueWidth
    var rowKeys = keys.rows(row.queries)
    var rowValues = values.rows(row.queries)
    if let cache = row.cache, row.computed.count < row.keyCount {
      let rotated = pass.scratch.packed.address + row.firstKey * width
      rotated.update(from: cache.keys[layer].address, count: row.keyCount * width)
      rowKeys = Rows(rotated, count: row.keyCount, width: width)
      rowValues = Rows(cache.values[layer].address, count: row.keyCount, width: width)
      rotate(
        rowKeys,
        positions: pass.layout.keyPositions[row.firstKey..<row.firstKey + row.keyCount])
    }
    let rowQueries = queries.rows(row.queries)
    let heads = Kernels.Heads(
      count: shape.headCount, keyCount: shape.keyValueHeadCount, size: shape.headSize)
    pass.layout.isVisible.withUnsafeBufferPointer { isVisible in
      let visible = pass.layout.hidesKeys ? isVisible.baseAddress.map { $0 + row.firstKey } : nil
      kernels.attend(
        q: rowQueries, k: rowKeys, v: rowValues, into: rowQueries, heads: heads, visible: visible,
        cancellation: cancellation)
    }
  }
}

// MARK: - Head

extension Transformer {
  /// Computes the logits of the wanted positions, and of no other.
  ///
  /// The head is often the largest matrix. It is read once for all rows of the request: in slabs
  /// that each row uses before the next slab's turn.
  private func computeLogits(_ request: PredictionRequest, into prediction: inout Prediction) {
    let rows = pass.layout.rows
    if prediction.rows.count > rows.count {
      prediction.rows.removeLast(prediction.rows.count - rows.count)
    }
    while prediction.rows.count < rows.count { prediction.rows.append(Logits()) }
    while pass.headInputs.count < rows.count { pass.headInputs.append(Kernels.Input()) }

    let wanted = Rows(
      pass.scratch.wanted.address, count: pass.layout.outputs.count, width: shape.width)
    for (index, output) in pass.layout.outputs.enumerated() {
      wanted[index].update(from: stream[output], count: shape.width)
    }
    for (index, row) in rows.enumerated() {
      prediction.rows[index].reshape(
        positions: request.rows[index].wanted, vocabularySize: shape.vocabularySize)
      pass.headInputs[index].set(wanted.rows(row.wanted), norm: norm(weights.finalNorm))
    }
    let slab = rows.count == 1 ? shape.vocabularySize : Self.headSlab
    for first in stride(from: 0, to: shape.vocabularySize, by: slab) {
      let columns = first..<min(first + slab, shape.vocabularySize)
      for index in rows.indices {
        computeLogits(
          columns, pass.headInputs[index], into: &prediction.rows[index], request.cancellation)
      }
    }
  }

  private func computeLogits(
    _ columns: Range<Int>, _ input: Kernels.Input, into logits: inout Logits,
    _ cancellation: CancellationFlag?
  ) {
    let count = logits.positions.count
    logits.values.withUnsafeMutableBufferPointer { values in
      guard let base = values.baseAddress else { return }
      let output = Rows(base, count: count, width: shape.vocabularySize).columns(columns)
      kernels.multiply(
        input, by: weights.head.matrix.rows(columns), into: output, precision: precision,
        cancellation: cancellation)
    }
  }

  private func checkFinite(_ prediction: Prediction) throws(PredictionError) {
    for logits in prediction.rows {
      let isFinite = logits.values.withUnsafeBytes { FiniteCheck.float32.accepts($0) }
      guard !isFinite, shape.vocabularySize > 0 else { continue }
      let index = logits.values.firstIndex { !$0.isFinite } ?? 0
      throw .notFinite(position: logits.positions[index / shape.vocabularySize])
    }
  }
}

extension WeightMatrix {
  /// The matrix as the kernels see it; valid as long as `self` lives.
  var matrix: Kernels.Matrix {
    let format: Kernels.Format =
      switch type {
      case .float32: .f32
      case .float16: .f16
      case .bfloat16: .bf16
      default: preconditionFailure("\(type) is not a type of weights")
      }
    guard let base = bytes.baseAddress else { preconditionFailure("an empty matrix") }
    return Kernels.Matrix(base: base, rowCount: rows, columnCount: columns, format: format)
  }
}

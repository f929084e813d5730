internal import MaskedDiffusion

/// One block: attention, then the feed-forward layer, each added to the stream.
extension Transformer {
  typealias Rows = Kernels.Rows

  private var queryCount: Int { pass.layout.queryCount }
  /// The residual stream, a row a computed position.
  var stream: Rows {
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

  /// The norm before a layer.
  func norm(_ weight: Tensor) -> Kernels.Norm {
    Kernels.Norm(weight: weight.address, epsilon: shape.normEpsilon)
  }

  /// Adds what the positions gather from each other to the stream.
  func attend(
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

  /// Adds what each position makes of itself to the stream.
  func feedForward(
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

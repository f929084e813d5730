internal import Kernels
internal import MaskedDiffusion

/// One block: attention, then the feed-forward layer, each added to the stream.
///
/// What is said of a part concerns those rows of the tall matrix only, so that parts can be computed
/// at the same time; they meet in attention, which reads the keys and values of all.
extension Transformer {
  typealias Rows = Kernels.Rows
  typealias Lane = RowLanes.Lane

  /// What a pass reads and writes, as plain addresses: threads that share references would spend more
  /// time counting them than a small layer takes.
  struct PassRows: @unchecked Sendable {
    /// The residual stream, a row a computed position.
    var stream: Rows
    /// Queries, keys and values.
    var heads: ProjectedHeads
    /// What the heads gathered.
    var gathered: Rows
    /// Between the halves of the feed-forward layer.
    var hidden: Rows
    /// What norms that are no part of a product make of the stream; empty where there are none.
    var normalized: Rows
    /// What experts need; empty where there are none.
    var routing: RoutingRows
  }

  /// The memory of the request that was laid out.
  var passRows: PassRows {
    let count = pass.layout.queryCount
    let scratch = pass.scratch
    return PassRows(
      stream: Rows(scratch.stream.address, count: count, width: architecture.width),
      heads: projectedHeads,
      gathered: Rows(scratch.gathered.address, count: count, width: architecture.queryWidth),
      hidden: Rows(scratch.hidden.address, count: count, width: architecture.hiddenWidth),
      normalized: Rows(
        scratch.normalized.address, count: architecture.usesNormalizedRows ? count : 0,
        width: architecture.width),
      routing: routingRows)
  }

  /// Computes the queries, keys and values of `part`, rotated; caches get the keys as they were before.
  func project(
    _ part: Range<Int>, _ layer: Int, _ block: BlockView, _ rows: PassRows, _ lane: Lane,
    _ cancellation: CancellationFlag?
  ) {
    let heads = rows.heads
    setInput(
      of: lane, to: part, norm: architecture.normPlacement == .before ? block.attentionNorm : nil,
      rows)
    switch block.attention {
    case .separate(let query, let key, let value):
      multiply(by: query, into: heads.queries.rows(part), lane, cancellation)
      multiply(by: key, into: heads.keys.rows(part), lane, cancellation)
      multiply(by: value, into: heads.values.rows(part), lane, cancellation)
    case .packed(let layer):
      multiply(by: layer, into: heads.all.rows(part), lane, cancellation)
    }
    // A cancelled product is half written; what it holds must not reach a cache.
    guard cancellation?.isRaised != true else { return }
    normalizeHeads(heads, part, block, lane.kernels)
    store(heads, part, layer, isRotated: false)
    rotate(
      heads.rotated.rows(part), layer, groups: heads.rotatedGroups,
      positions: pass.layout.queryPositions[part], lane.kernels)
    store(heads, part, layer, isRotated: true)
  }

  /// Applies the norms of query and key heads, if there are any.
  private func normalizeHeads(
    _ heads: ProjectedHeads, _ part: Range<Int>, _ block: BlockView, _ kernels: Kernels
  ) {
    let size = architecture.headSize
    let sharing = architecture.headCount / architecture.keyValueHeadCount
    if let norm = block.queryNorm {
      kernels.normalizeHeads(
        heads.queries.rows(part), headSize: size,
        groups: (headCount: sharing, stride: heads.queryGroupStride), norm: norm)
    }
    if let norm = block.keyNorm {
      kernels.normalizeHeads(
        heads.keys.rows(part), headSize: size, groups: (headCount: 1, stride: heads.keyStride),
        norm: norm)
    }
  }

  /// Adds what the positions of `part` gather from all positions to the stream.
  func attend(
    _ part: Range<Int>, _ sources: [KeySource], _ seen: RequestLayout.Seen, _ block: BlockView,
    _ rows: PassRows, _ lane: Lane,
    _ cancellation: CancellationFlag?
  ) {
    for source in sources {
      let shared = source.queries.clamped(to: part)
      guard !shared.isEmpty else { continue }
      lane.kernels.attend(
        q: rows.heads.queries.rows(shared), k: source.keys, v: source.values,
        into: rows.gathered.rows(shared),
        heads: Kernels.Heads(
          count: architecture.headCount, keyCount: architecture.keyValueHeadCount,
          size: architecture.headSize,
          queryGroupStride: rows.heads.queryGroupStride, keyStride: source.keyStride),
        visible: source.visible, ranges: seen.ranges.map { $0 + shared.lowerBound },
        groups: source.sight == nil ? groups(of: source, seen, shared) : nil, precision: precision,
        cancellation: cancellation)
    }
    lane.input.set(rows.gathered.rows(part))
    add(
      lane.input, times: block.projection, gate: block.attentionGate, norm: block.attentionNorm,
      part, rows, lane, cancellation)
  }

  private func groups(
    of source: KeySource, _ seen: RequestLayout.Seen, _ queries: Range<Int>
  ) -> Kernels.KeyGroups? {
    guard let keys = source.groups, let hidden = seen.hiddenGroups else { return nil }
    return Kernels.KeyGroups(keys: keys, hidden: hidden + queries.lowerBound)
  }

  /// Adds what each position of `part` makes of itself to the stream.
  func feedForward(
    _ part: Range<Int>, _ block: BlockView, _ rows: PassRows, _ lane: Lane,
    _ cancellation: CancellationFlag?
  ) {
    switch block.feedForward {
    case .dense(let layer) where architecture.feedForward == .swiGLU:
      setInput(of: lane, to: part, norm: block.feedForwardNorm, rows)
      multiply(
        by: layer, through: rows.hidden.rows(part), into: rows.stream.rows(part),
        accumulate: true, lane, cancellation)
    case .dense(let layer):
      gate(part, layer, block, rows, lane, cancellation)
    case .plain(let up, let down):
      activate(part, up, down, block, rows, lane, cancellation)
    case .experts(let experts):
      mix(part, experts, norm: block.feedForwardNorm.scale, rows, lane, cancellation)
    }
  }

  /// Takes the lane's input through a gated layer.
  func multiply(
    by layer: BlockView.GatedLayer, through hidden: Rows, into output: Rows,
    accumulate: Bool = false, _ lane: Lane, _ cancellation: CancellationFlag?
  ) {
    lane.kernels.multiplySwiGLU(
      lane.input, gate: layer.gate, up: layer.up,
      through: hidden.columns(0..<layer.gate.rowCount), into: lane.hidden, for: layer.down,
      precision: precision, cancellation: cancellation)
    lane.kernels.multiply(
      lane.hidden, by: layer.down, into: output, accumulate: accumulate, precision: precision,
      cancellation: cancellation)
  }

  func multiply(
    _ input: Kernels.Input? = nil, by layer: BlockView.Layer, into output: Rows,
    accumulate: Bool = false, _ lane: Lane, _ cancellation: CancellationFlag?
  ) {
    lane.kernels.multiply(
      input ?? lane.input, by: layer.weights, bias: layer.bias, into: output,
      accumulate: accumulate,
      precision: precision, cancellation: cancellation)
  }

  private func rotate(
    _ rows: Rows, _ layer: Int, groups: (headCount: Int, stride: Int)? = nil,
    positions: ArraySlice<Int32>, _ kernels: Kernels
  ) {
    let size = architecture.rotatedSize
    guard size > 0 else { return }
    // The rest of each head is passed over, as if it were a gap between heads.
    let groups =
      size < architecture.headSize ? (headCount: 1, stride: architecture.headSize) : groups
    let rotations = architecture.isLocal(layer) ? pass.localRotations : pass.rotations
    let table = Kernels.RotaryTable(
      cosine: rotations.cosines.address, sine: rotations.sines.address,
      positionCount: rotations.positionCount,
      turnsNeighbours: architecture.rotary.pairing == .neighbours)
    positions.withUnsafeBufferPointer { positions in
      guard let positions = positions.baseAddress else { return }
      kernels.rotate(
        rows, headSize: size, groups: groups, positions: positions, table: table)
    }
  }
}

/// Where queries, keys and values lie.
extension Transformer {
  /// The heads of the computed positions, side by side in one matrix.
  struct ProjectedHeads: @unchecked Sendable {
    /// The whole matrix.
    var all: Rows
    var queries: Rows
    var keys: Rows
    var values: Rows
    /// From the query heads that share a key head to the next.
    var queryGroupStride: Int
    /// From one key head to the next.
    var keyStride: Int
    /// What holds all that is to be rotated, and how its heads are grouped.
    var rotated: Rows
    var rotatedGroups: (headCount: Int, stride: Int)?
  }

  /// The heads as the products of a block leave them.
  ///
  /// Separate matrices: all queries, all keys, all values. A packed one: for each key head come its
  /// query heads, the key head itself and the value head.
  private var projectedHeads: ProjectedHeads {
    let size = architecture.headSize, width = architecture.queryWidth,
      keyWidth = architecture.keyValueWidth
    let all = Rows(
      pass.scratch.projected.address, count: pass.layout.queryCount, width: width + 2 * keyWidth,
      stride: TransformerScratch.projectedStride(architecture))
    guard architecture.attentionLayout == .grouped else {
      return ProjectedHeads(
        all: all, queries: all.columns(0..<width), keys: all.columns(width..<width + keyWidth),
        values: all.columns(width + keyWidth..<width + 2 * keyWidth),
        queryGroupStride: width / architecture.keyValueHeadCount, keyStride: size,
        rotated: all.columns(0..<width + keyWidth))
    }
    let sharing = architecture.headCount / architecture.keyValueHeadCount
    let group = (sharing + 2) * size
    return ProjectedHeads(
      all: all, queries: all.columns(0..<all.width - 2 * size),
      keys: all.columns(sharing * size..<all.width - size),
      values: all.columns((sharing + 1) * size..<all.width),
      queryGroupStride: group, keyStride: group, rotated: all,
      rotatedGroups: (headCount: sharing + 1, stride: group))
  }

  /// The keys and values one row of the request attends to.
  struct KeySource: @unchecked Sendable {
    /// The row of the request.
    var row: Int
    /// Which of ``RequestLayout/sights`` it is; `nil` for what a pattern lets all positions see.
    var sight: Int?
    /// The computed positions of the row.
    var queries: Range<Int>
    /// Rotated, shape `[keyCount, keyValueWidth]` or wider.
    var keys: Rows
    /// Of the same architecture.
    var values: Rows
    /// From one head to the next.
    var keyStride: Int
    /// Shape `[keyCount]`; `nil` shows all.
    var visible: UnsafePointer<UInt8>?
    /// Shape `[keyCount]`, the group of each key; `nil` if there are none.
    var groups: UnsafePointer<UInt32>?
  }

  /// Keeps what was computed of `part` in the caches of its rows: keys as they are before or after
  /// their rotation, whichever the row's cache keeps.
  private func store(_ heads: ProjectedHeads, _ part: Range<Int>, _ layer: Int, isRotated: Bool) {
    guard pass.layout.usesCaches else { return }
    let size = architecture.headSize
    for row in pass.layout.rows where row.isOrdered == isRotated {
      guard let cache = row.cache else { continue }
      for query in row.queries.clamped(to: part) {
        let position = pass.layout.canvasPositions[query]
        for head in 0..<architecture.keyValueHeadCount {
          let target = position * architecture.keyValueWidth + head * size
          (cache.keys[layer].address + target).update(
            from: heads.keys[query] + head * heads.keyStride, count: size)
          (cache.values[layer].address + target).update(
            from: heads.values[query] + head * heads.keyStride, count: size)
        }
      }
    }
  }

  /// Where each row of the request finds its keys and values, once those of all parts are there.
  func keySources(
    _ layer: Int, _ heads: ProjectedHeads, _ visibility: RequestLayout.Visibility
  ) -> [KeySource] {
    let sources = pass.layout.rows.enumerated().map { index, row -> KeySource in
      let visible = visibility.keys.map { $0 + row.firstKey }
      let groups = visibility.keyGroups.map { $0 + row.firstKey }
      guard let cache = row.cache, !row.isWhole else {
        return KeySource(
          row: index, queries: row.queries, keys: heads.keys.rows(row.queries),
          values: heads.values.rows(row.queries), keyStride: heads.keyStride, visible: visible,
          groups: groups)
      }
      let width = architecture.keyValueWidth
      if row.isOrdered {
        return KeySource(
          row: index, queries: row.queries,
          keys: Rows(cache.keys[layer].address, count: row.keyCount, width: width),
          values: Rows(cache.values[layer].address, count: row.keyCount, width: width),
          keyStride: architecture.headSize, visible: visible, groups: groups)
      }
      let rotated = pass.scratch.rotated.address + row.firstKey * width
      rotated.update(from: cache.keys[layer].address, count: row.keyCount * width)
      let source = KeySource(
        row: index, queries: row.queries, keys: Rows(rotated, count: row.keyCount, width: width),
        values: Rows(cache.values[layer].address, count: row.keyCount, width: width),
        keyStride: architecture.headSize, visible: visible, groups: groups)
      rotate(
        source.keys, layer,
        positions: pass.layout.keyPositions[row.firstKey..<row.firstKey + row.keyCount], kernels)
      return source
    }
    // Those that see exactly some positions come again, after all others.
    return sources
      + pass.layout.sights.enumerated().map { index, sight in
        var source = sources[sight.row]
        source.sight = index
        source.queries = sight.query..<sight.query + 1
        source.visible = visibility.sights.map { $0 + sight.firstKey }
        return source
      }
  }

  /// Moves the stream and the queries of the rows whose outputs are wanted to the front, in the last
  /// block: nobody asks for the others any more once their keys and values are there.
  func keepWantedRows(_ rows: PassRows, _ sources: inout [KeySource]) {
    let kept = pass.layout.kept
    for index in sources.indices {
      if let sight = sources[index].sight {
        sources[index].queries = pass.layout.keptQuery(of: pass.layout.sights[sight])
      } else {
        sources[index].queries = pass.layout.rows[sources[index].row].kept
      }
    }
    guard kept.count < pass.layout.queryCount else { return }
    let heads = rows.heads
    let groupWidth = architecture.queryWidth / architecture.keyValueHeadCount
    for (target, row) in kept.enumerated() where target != row {
      rows.stream[target].update(from: rows.stream[row], count: architecture.width)
      for group in 0..<architecture.keyValueHeadCount {
        let first = group * heads.queryGroupStride
        (heads.queries[target] + first).update(
          from: heads.queries[row] + first, count: groupWidth)
      }
    }
  }
}

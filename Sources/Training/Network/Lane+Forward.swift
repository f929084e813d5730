internal import Kernels
internal import MaskedDiffusion

/// The forward pass, which saves what the backward pass needs.
extension Lane {
  /// The rows of a batch whose outputs are wanted, for the last block.
  ///
  /// A causal network keeps every row from the first wanted one to the last of each canvas, so that
  /// the place of a row says which keys it sees.
  func wantedRows(_ batch: TrainingBatch) -> RowSelection {
    var kept: [Int] = []
    kept.reserveCapacity(batch.targets.count)
    for target in batch.targets {
      if shape.isCausal, let last = kept.last, last / batch.length == target.row / batch.length {
        for row in last + 1..<target.row { kept.append(row) }
      }
      kept.append(target.row)
    }
    return RowSelection(canvasCount: batch.canvasCount, length: batch.length, kept: kept)
  }

  /// Computes the output of the last block for the wanted rows of `batch`.
  func forward(_ batch: TrainingBatch, _ wanted: RowSelection) {
    let all = RowSelection(canvasCount: batch.canvasCount, length: batch.length)
    let width = shape.width
    let embedding = parameters[.embedding]
    let first = blocks[0].stream.rows(all.count, width)
    for (row, token) in batch.tokens.enumerated() {
      first[row].update(from: embedding[Int(token)], count: width)
    }
    projectTokens(of: batch)
    for layer in blocks.indices {
      let isLast = layer == blocks.count - 1
      let selection = isLast ? wanted : all
      let next =
        isLast
        ? output.rows(selection.count, width) : blocks[layer + 1].stream.rows(all.count, width)
      forward(layer, all, selection, into: next)
    }
  }

  /// Computes block `layer` for the rows of `selection`; its keys and values for `all`.
  private func forward(
    _ layer: Int, _ all: RowSelection, _ selection: RowSelection, into next: Kernels.Rows
  ) {
    let middle = blocks[layer].middle.rows(selection.count, shape.width)
    for group in selection.groups(unit: 1).groups {
      forwardThroughAttention(layer, group, all, selection, into: middle.rows(group.kept))
    }
    blocks[layer].gateUp.reserve(middle.count, 2 * shape.feedForwardWidth)
    for slice in slices(of: middle.count) { feedForward(layer, slice, middle, into: next) }
  }

  /// Rows that pass through a feed-forward layer together.
  ///
  /// What lies between its matrices stays in the second-level cache. Multiples of the rows of a tile.
  func slices(of count: Int) -> [Range<Int>] {
    let most = fusesGate ? 96 : 48
    return stride(from: 0, to: count, by: most).map { $0..<min($0 + most, count) }
  }

  /// Whether gate and up need not be written as f32.
  var fusesGate: Bool { kernels.fusesGate(operand, width: shape.feedForwardWidth) }

  /// Adds to each row of a group of canvases what its heads gather.
  private func forwardThroughAttention(
    _ layer: Int, _ group: CanvasGroup, _ all: RowSelection, _ selection: RowSelection,
    into middle: Kernels.Rows
  ) {
    let block = weights.blocks[layer], norm = norm(.attentionNorm(layer: layer))
    let stream = blocks[layer].stream.rows(all.count, shape.width).rows(group.rows)
    let queries = blocks[layer].queries.rows(selection.count, shape.queryWidth).rows(group.kept)
    let keyValues = blocks[layer].keyValues.rows(all.count, 2 * shape.keyValueWidth)
    let gathered = blocks[layer].gathered.rows(selection.count, shape.queryWidth)

    keep(selection, group, of: stream, in: middle)
    if layer == 0 {
      copyProjections(group, selection, queries: queries, keyValues: keyValues.rows(group.rows))
    } else {
      kernels.pack(stream, norm: norm, as: operand, into: left)
      kernels.multiply(left, by: block.keyValue.forward, into: keyValues.rows(group.rows))
      if selection.kept != nil { kernels.pack(middle, norm: norm, as: operand, into: left) }
      kernels.multiply(left, by: block.query.forward, into: queries)
      addBiases(layer, queries: queries, keyValues: keyValues.rows(group.rows))
    }
    normalizeHeads(layer, group, all, selection, queries: queries, keyValues: keyValues)
    rotate(queries, selection.positions[group.kept], rotations.sines)
    rotate(
      keyValues.rows(group.rows).columns(0..<shape.keyValueWidth), all.positions[group.rows],
      rotations.sines)
    for canvas in group.canvases {
      attend(layer, canvas, keyValues, all, selection, into: gathered)
    }
    kernels.pack(gathered.rows(group.kept), as: operand, into: left)
    kernels.multiply(left, by: block.projection.forward, into: middle, accumulate: true)
  }

  /// Adds what each row of a slice makes of itself.
  private func feedForward(
    _ layer: Int, _ slice: Range<Int>, _ middle: Kernels.Rows, into next: Kernels.Rows
  ) {
    let block = weights.blocks[layer]
    let rows = middle.rows(slice), output = next.rows(slice)
    kernels.pack(rows, norm: norm(.feedForwardNorm(layer: layer)), as: operand, into: left)
    forwardThroughGate(layer, slice)
    output.base.update(from: rows.base, count: rows.count * rows.width)
    kernels.multiply(gated, by: block.down.forward, into: output, accumulate: true)
  }

  /// From the rows in the left factor to what is gated, a factor for the second matrix.
  private func forwardThroughGate(_ layer: Int, _ slice: Range<Int>) {
    let inner = shape.feedForwardWidth, weights = weights.blocks[layer].gateUp.forward
    let saved = blocks[layer].gateUp
    guard fusesGate else {
      let gateUp = kernels.begin(
        saved, slice, scratch: scratch.gateUp.rows(slice.count, 2 * inner))
      let hidden = scratch.hidden.rows(slice.count, inner)
      kernels.multiply(left, by: weights, into: gateUp)
      kernels.swiGLU(
        gate: gateUp.columns(0..<inner), up: gateUp.columns(inner..<2 * inner), into: hidden)
      kernels.save(gateUp, as: saved, from: slice.lowerBound)
      kernels.pack(hidden, as: operand, into: gated)
      return
    }
    let width = Kernels.gateColumns
    let gate = scratch.gate.rows(slice.count, width), up = scratch.up.rows(slice.count, width)
    kernels.begin(gated, rowCount: slice.count, depth: inner, as: operand)
    for column in stride(from: 0, to: inner, by: width) {
      kernels.multiply(left, by: weights, columns: column..<column + width, into: gate)
      kernels.multiply(
        left, by: weights, columns: inner + column..<inner + column + width, into: up)
      kernels.gate(gate, up, column: column, saving: saved, from: slice.lowerBound, into: gated)
    }
  }

  /// Copies the kept rows of a group.
  func keep(
    _ selection: RowSelection, _ group: CanvasGroup, of rows: Kernels.Rows, in output: Kernels.Rows
  ) {
    guard let kept = selection.kept else {
      output.base.update(from: rows.base, count: rows.count * rows.width)
      return
    }
    for (place, row) in kept[group.kept].enumerated() {
      output[place].update(from: rows[row - group.rows.lowerBound], count: rows.width)
    }
  }

  func rotate(_ rows: Kernels.Rows, _ positions: ArraySlice<Int32>, _ sines: Tensor) {
    guard rows.count > 0 else { return }
    let table = Kernels.RotaryTable(
      cosine: rotations.cosines.address, sine: sines.address,
      positionCount: rotations.positionCount)
    positions.withUnsafeBufferPointer { positions in
      guard let base = positions.baseAddress else { return }
      kernels.rotate(rows, headSize: shape.headSize, positions: base, table: table)
    }
  }

  /// Gathers for the kept rows of one canvas.
  private func attend(
    _ layer: Int, _ canvas: Int, _ keyValues: Kernels.Rows, _ all: RowSelection,
    _ selection: RowSelection, into gathered: Kernels.Rows
  ) {
    let range = selection.rangesOfCanvases[canvas], keyWidth = shape.keyValueWidth
    guard !range.isEmpty else { return }
    let queries = blocks[layer].queries.rows(selection.count, shape.queryWidth).rows(range)
    let keys = canvas * all.length..<(canvas + 1) * all.length
    let sources = Sources(
      keys: keyValues.rows(keys).columns(0..<keyWidth),
      values: keyValues.rows(keys).columns(keyWidth..<2 * keyWidth))
    guard shape.isCausal else {
      attend(queries, sources, ranges: nil, into: gathered.rows(range))
      return
    }
    let offset = selection.causalOffset(canvas: canvas, range)
    let ranges = (0..<range.count).map { Kernels.KeyRange(0..<offset + $0 + 1) }
    ranges.withUnsafeBufferPointer { ranges in
      attend(queries, sources, ranges: ranges.baseAddress, into: gathered.rows(range))
    }
  }

  /// The keys and values of one canvas.
  private struct Sources {
    var keys: Kernels.Rows
    var values: Kernels.Rows
  }

  private func attend(
    _ queries: Kernels.Rows, _ sources: Sources, ranges: UnsafePointer<Kernels.KeyRange>?,
    into gathered: Kernels.Rows
  ) {
    kernels.attend(
      q: queries, k: sources.keys, v: sources.values, into: gathered,
      heads: Kernels.Heads(
        count: shape.headCount, keyCount: shape.keyValueHeadCount, size: shape.headSize),
      ranges: ranges, precision: operand == .bf16 ? .bf16 : .f32)
  }
}

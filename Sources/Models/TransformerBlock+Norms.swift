internal import Kernels
internal import MaskedDiffusion

/// What blocks have besides the products that take an RMS norm along: other norms in other places,
/// other activations, residuals that are scaled.
extension Transformer {
  /// Makes the stream of `part` the lane's input, after `norm`.
  func setInput(
    of lane: Lane, to part: Range<Int>, norm: BlockView.Norm?, _ rows: PassRows
  ) {
    let stream = rows.stream.rows(part)
    guard let norm, norm.isCentred else {
      lane.input.set(stream, norm: norm?.scale)
      return
    }
    let normalized = rows.normalized.rows(part)
    lane.kernels.layerNorm(stream, norm: norm.scale, bias: norm.bias, into: normalized)
    lane.input.set(normalized)
  }

  /// Adds a product to the stream of `part`, and applies the norm that may stand behind it.
  ///
  /// Each feature of the product is multiplied by `gate` first, if there is one; `norm` is that of this half
  /// of the block.
  func add(
    _ input: Kernels.Input, times layer: BlockView.Layer, gate: UnsafePointer<Float>?,
    norm: BlockView.Norm?, _ part: Range<Int>, _ rows: PassRows, _ lane: Lane,
    _ cancellation: CancellationFlag?
  ) {
    let stream = rows.stream.rows(part)
    if let gate {
      let output = rows.normalized.rows(part)
      multiply(input, by: layer, into: output, lane, cancellation)
      lane.kernels.add(output, times: gate, into: stream)
    } else {
      multiply(input, by: layer, into: stream, accumulate: true, lane, cancellation)
    }
    guard architecture.normPlacement == .after, let norm, cancellation?.isRaised != true else {
      return
    }
    lane.kernels.layerNorm(stream, norm: norm.scale, bias: norm.bias, into: stream)
  }

  /// Takes `part` through a feed-forward layer without a gate.
  func activate(
    _ part: Range<Int>, _ up: BlockView.Layer, _ down: BlockView.Layer, _ block: BlockView,
    _ rows: PassRows, _ lane: Lane, _ cancellation: CancellationFlag?
  ) {
    let isBefore = architecture.normPlacement == .before
    setInput(of: lane, to: part, norm: isBefore ? block.feedForwardNorm : nil, rows)
    let hidden = rows.hidden.rows(part).columns(0..<up.weights.rowCount)
    multiply(by: up, into: hidden, lane, cancellation)
    lane.kernels.gelu(
      hidden, tanhApproximation: architecture.feedForward == .gelu(isApproximate: true),
      into: hidden)
    lane.hidden.set(hidden)
    add(
      lane.hidden, times: down, gate: block.feedForwardGate, norm: block.feedForwardNorm, part,
      rows, lane, cancellation)
  }

  /// Takes `part` through a gated feed-forward layer whose activation no kernel computes along.
  func gate(
    _ part: Range<Int>, _ layer: BlockView.GatedLayer, _ block: BlockView, _ rows: PassRows,
    _ lane: Lane, _ cancellation: CancellationFlag?
  ) {
    let isBefore = architecture.normPlacement == .before
    setInput(of: lane, to: part, norm: isBefore ? block.feedForwardNorm : nil, rows)
    let width = layer.gate.rowCount, both = rows.hidden.rows(part)
    let hidden = both.columns(0..<width), up = both.columns(width..<2 * width)
    multiply(by: BlockView.Layer(layer.gate), into: hidden, lane, cancellation)
    multiply(by: BlockView.Layer(layer.up), into: up, lane, cancellation)
    lane.kernels.gelu(hidden, into: hidden)
    lane.kernels.multiply(hidden, up, into: hidden)
    lane.hidden.set(hidden)
    add(
      lane.hidden, times: BlockView.Layer(layer.down), gate: block.feedForwardGate,
      norm: block.feedForwardNorm, part, rows, lane, cancellation)
  }
}

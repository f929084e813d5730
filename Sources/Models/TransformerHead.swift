internal import Checkpoints
internal import Kernels
internal import MaskedDiffusion
internal import Synchronization

/// The head: from the stream to logits.
extension Transformer {
  /// The rows of the head computed before the next row of the request has its turn: few enough
  /// to stay in the processor's cache until then, enough to keep every thread busy.
  private static let headSlab = 4096

  /// Computes the logits of the wanted positions, and of no other.
  ///
  /// The head is often the largest matrix. Unless it is small, it is read once for all rows of the
  /// request: in slabs that each row uses before the next slab's turn.
  func computeLogits(
    _ request: PredictionRequest, of stream: Rows, into prediction: inout Prediction
  ) {
    let rows = pass.layout.rows
    if prediction.rows.count > rows.count {
      prediction.rows.removeLast(prediction.rows.count - rows.count)
    }
    while prediction.rows.count < rows.count { prediction.rows.append(Logits()) }
    for (index, row) in rows.enumerated() {
      prediction.rows[index].reshape(
        positions: request.rows[index].wanted, vocabularySize: architecture.vocabularySize)
      let outputs = pass.layout.outputs[row.wanted]
      guard lanes.cuts(outputs.count) else { continue }
      outputs.withUnsafeBufferPointer { outputs in
        computeLogits(outputs, of: stream, into: &prediction.rows[index], request.cancellation)
      }
    }
    computeUncutLogits(of: stream, into: &prediction, request.cancellation)
  }

  /// Computes the logits of one row of the request, each thread those of some positions.
  private func computeLogits(
    _ outputs: UnsafeBufferPointer<Int>, of stream: Rows, into logits: inout Logits,
    _ cancellation: CancellationFlag?
  ) {
    let head = weights.head.matrix, norm = fusedNorm, bias = headBias
    logits.values.withUnsafeMutableBufferPointer { values in
      guard let base = values.baseAddress else { return }
      let all = Rows(base, count: outputs.count, width: architecture.vocabularySize)
      let wanted = Rows(
        pass.scratch.wanted.address, count: outputs.count, width: architecture.width)
      lanes.forEachPart(of: outputs.count, cancellation: cancellation) { part, lane in
        for index in part {
          wanted[index].update(from: stream[outputs[index]], count: wanted.width)
        }
        lane.input.set(wanted.rows(part), norm: norm)
        lane.kernels.multiply(
          lane.input, by: head, bias: bias, into: all.rows(part), precision: precision,
          cancellation: cancellation)
      }
    }
  }

  /// The norm that the product with the head takes along; others were applied before.
  private var fusedNorm: Kernels.Norm? {
    guard architecture.norm == .rms, !architecture.transformsHead else { return nil }
    return weights.finalNorm.map {
      Kernels.Norm(weight: $0.weight.address, epsilon: architecture.normEpsilon)
    }
  }

  private var headBias: UnsafePointer<Float>? {
    weights.headBias.map { UnsafePointer($0.address) }
  }

  /// Takes the rows whose outputs are wanted through what stands between blocks and head, unless that is
  /// no more than an RMS norm.
  func transformHeadInput(_ rows: PassRows) {
    guard architecture.norm != .rms || architecture.transformsHead else { return }
    let stream = rows.stream.rows(0..<pass.layout.kept.count)
    let finalNorm = weights.finalNorm.map { BlockView.Norm($0, architecture) }
    if let norm = pass.conditioned?.finalNorm ?? finalNorm {
      normalize(stream, norm, into: stream)
    }
    guard let transform = weights.headTransform else { return }
    let output = rows.normalized.rows(0..<stream.count)
    pass.headTransformInput.set(stream)
    let layer = BlockView.Layer(transform.layer)
    kernels.multiply(
      pass.headTransformInput, by: layer.weights, bias: layer.bias, into: output,
      precision: precision)
    kernels.gelu(output, into: output)
    normalize(output, BlockView.Norm(transform.norm, architecture), into: stream)
  }

  /// Computes the logits of the rows of the request whose positions are computed together.
  private func computeUncutLogits(
    of stream: Rows, into prediction: inout Prediction, _ cancellation: CancellationFlag?
  ) {
    let rows = pass.layout.rows
    let together = rows.indices.filter { !lanes.cuts(rows[$0].wanted.count) }
    while pass.headInputs.count < rows.count { pass.headInputs.append(Kernels.Input()) }
    let wanted = Rows(
      pass.scratch.wanted.address, count: pass.layout.outputs.count, width: architecture.width)
    for index in together {
      let range = rows[index].wanted
      for place in range {
        wanted[place].update(from: stream[pass.layout.outputs[place]], count: architecture.width)
      }
      pass.headInputs[index].set(wanted.rows(range), norm: fusedNorm)
    }
    let slab = together.count == 1 ? architecture.vocabularySize : Self.headSlab
    for first in stride(from: 0, to: together.isEmpty ? 0 : architecture.vocabularySize, by: slab) {
      let columns = first..<min(first + slab, architecture.vocabularySize)
      for index in together {
        computeLogits(columns, pass.headInputs[index], into: &prediction.rows[index], cancellation)
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
      let output = Rows(base, count: count, width: architecture.vocabularySize).columns(columns)
      kernels.multiply(
        input, by: weights.head.matrix.rows(columns),
        bias: headBias.map { $0 + columns.lowerBound }, into: output, precision: precision,
        cancellation: cancellation)
    }
  }

  /// Checks that candidates can be drawn from every row of logits.
  ///
  /// - Throws: ``PredictionError/notFinite(position:)``.
  func checkFinite(_ prediction: Prediction) throws(PredictionError) {
    for logits in prediction.rows {
      let columns = architecture.vocabularySize
      let firstBad = Atomic(Int.max)
      logits.values.withUnsafeBytes { bytes in
        kernels.pool.run(taskCount: logits.positions.count) { row, _ in
          let rowBytes = columns * MemoryLayout<Float>.stride
          let values = bytes[row * rowBytes..<(row + 1) * rowBytes]
          guard !FiniteCheck.float32.accepts(UnsafeRawBufferPointer(rebasing: values)) else {
            return
          }
          firstBad.min(row, ordering: .relaxed)
        }
      }
      let row = firstBad.load(ordering: .relaxed)
      guard row == .max else { throw .notFinite(position: logits.positions[row]) }
    }
  }
}

internal import Kernels
internal import MaskedDiffusion

/// What is added to the embedding of tokens.
extension Transformer {
  /// Adds positions and segments to the embedding, and applies its norm, where the network has them.
  ///
  /// - Throws: ``PredictionError/unsupported(_:)`` for a segment the network does not know.
  func completeEmbedding(
    of request: PredictionRequest, _ rows: PassRows
  ) throws(PredictionError) {
    if let table = weights.positions, let learned = architecture.learnedPositions {
      add(table, rows) { row in learned.rows(of: row.tokens, positionIDs: row.positionIDs) }
    }
    try checkSegments(of: request)
    if let table = weights.segments {
      add(table, rows) { row in row.segments ?? Array(repeating: 0, count: row.tokens.count) }
    }
    if let norm = weights.embeddingNorm {
      normalize(rows.stream, BlockView.Norm(norm, architecture), into: rows.stream)
    }

    func add(
      _ table: WeightMatrix, _ rows: PassRows, _ indices: (PredictionRow) -> [Int]
    ) {
      var chosen: [Int32] = []
      for (row, asked) in zip(pass.layout.rows, request.rows) {
        let all = indices(asked)
        chosen.append(
          contentsOf: pass.layout.canvasPositions[row.queries].lazy.map {
            Int32(truncatingIfNeeded: all[$0])
          })
      }
      kernels.gather(chosen, from: table.matrix, into: rows.normalized)
      kernels.add(rows.stream, rows.normalized, into: rows.stream)
    }
  }

  private func checkSegments(of request: PredictionRequest) throws(PredictionError) {
    let count = architecture.segmentCount
    for row in request.rows {
      guard let segments = row.segments else { continue }
      precondition(segments.count == row.tokens.count, "\(row.tokens.count) positions")
      for segment in segments where !(0..<max(1, count)).contains(segment) {
        throw .unsupported("segment \(segment), expected 0 to \(max(1, count) - 1)")
      }
    }
  }

  /// Applies a norm to rows.
  func normalize(_ rows: Rows, _ norm: BlockView.Norm, into output: Rows) {
    if norm.isCentred {
      kernels.layerNorm(rows, norm: norm.scale, bias: norm.bias, into: output)
    } else {
      kernels.rmsNorm(rows, norm: norm.scale, into: output)
    }
  }
}

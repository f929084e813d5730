internal import Kernels

/// What Qwen2 and Qwen3 do to queries and keys before they are rotated; other networks pass through unchanged.
extension Lane {
  // MARK: - Biases

  /// Adds the biases of block `layer` to every row.
  func addBiases(_ layer: Int, queries: Kernels.Rows, keyValues: Kernels.Rows) {
    guard shape.hasBiases else { return }
    let (query, keyValue) = (parameters[.queryBias(layer: layer)], parameters.keyValueBias(layer))
    for (rows, bias) in [(queries, query), (keyValues, keyValue)] {
      for index in 0..<rows.count {
        let row = rows.rows(index..<index + 1)
        kernels.add(row, bias, into: row)
      }
    }
  }

  /// Adds the gradients of queries, keys and values to those of the biases of block `layer`.
  func addBiasGradients(_ layer: Int, queries: Kernels.Rows, keyValues: Kernels.Rows) {
    guard shape.hasBiases else { return }
    let (query, keyValue) = (gradients[.queryBias(layer: layer)], gradients.keyValueBias(layer))
    for (rows, sum) in [(queries, query), (keyValues, keyValue)] {
      for index in 0..<rows.count { kernels.add(sum, rows.rows(index..<index + 1), into: sum) }
    }
  }

  // MARK: - Norms

  /// Puts the heads of a group through the norms of block `layer`, and saves what they were.
  ///
  /// `queries` are of the kept rows of the group, `keyValues` of all rows of all groups.
  func normalizeHeads(
    _ layer: Int, _ group: CanvasGroup, _ all: RowSelection, _ selection: RowSelection,
    queries: Kernels.Rows, keyValues: Kernels.Rows
  ) {
    guard shape.normalizesHeads else { return }
    let plain = plainHeads(layer, group, all, selection)
    let keys = keyValues.rows(group.rows).columns(0..<shape.keyValueWidth)
    for (rows, plain, role) in [
      (queries, plain.queries, ParameterRole.queryNorm(layer: layer)),
      (keys, plain.keys, .keyNorm(layer: layer)),
    ] {
      let norm = norm(role)
      for index in 0..<rows.count {
        plain[index].update(from: rows[index], count: rows.width)
        kernels.rmsNorm(heads(plain, index), norm: norm, into: heads(rows, index))
      }
    }
  }

  /// Passes gradients of the heads of a group, no longer rotated, back through the norms of block `layer`.
  func backwardThroughHeadNorms(
    _ layer: Int, _ group: CanvasGroup, _ all: RowSelection, _ selection: RowSelection,
    queries: Kernels.Rows, keyValues: Kernels.Rows
  ) {
    guard shape.normalizesHeads else { return }
    let plain = plainHeads(layer, group, all, selection)
    let keys = keyValues.columns(0..<shape.keyValueWidth)
    for (rows, plain, role) in [
      (queries, plain.queries, ParameterRole.queryNorm(layer: layer)),
      (keys, plain.keys, .keyNorm(layer: layer)),
    ] {
      let norm = norm(role), weightGradient = gradients.vector(role)
      let output = scratch.headGradient.rows(rows.width / shape.headSize, shape.headSize)
      for index in 0..<rows.count {
        output.base.update(repeating: 0, count: rows.width)
        kernels.rmsNormBackward(
          heads(plain, index), norm: norm, gradient: heads(rows, index), into: output,
          weightGradient: weightGradient)
        rows[index].update(from: output.base, count: rows.width)
      }
    }
  }

  /// Queries of the kept rows of a group and keys of all its rows, as they were before their norms.
  private func plainHeads(
    _ layer: Int, _ group: CanvasGroup, _ all: RowSelection, _ selection: RowSelection
  ) -> (queries: Kernels.Rows, keys: Kernels.Rows) {
    (
      blocks[layer].plainQueries.rows(selection.count, shape.queryWidth).rows(group.kept),
      blocks[layer].plainKeys.rows(all.count, shape.keyValueWidth).rows(group.rows)
    )
  }

  /// The heads of a row, a row each.
  private func heads(_ rows: Kernels.Rows, _ index: Int) -> Kernels.Rows {
    Kernels.Rows(rows[index], count: rows.width / shape.headSize, width: shape.headSize)
  }
}

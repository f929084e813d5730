internal import Kernels
internal import MaskedDiffusion

/// The tokens of some canvases, each once.
///
/// Before they are rotated, queries, keys and values of the first block depend on the token of a row alone,
/// and half of all rows hold the mask: they are computed once a token, and so are their gradients.
struct DistinctTokens {
  /// The tokens, in the order of their first rows.
  private(set) var tokens: [TokenID] = []
  /// For each row, where its token stands in `tokens`.
  private(set) var places: [Int] = []

  init() {}

  /// Finds the tokens of `rows`; each is below `count`.
  init(of rows: [TokenID], below count: Int) {
    var known = [Int](repeating: -1, count: count)
    places.reserveCapacity(rows.count)
    for token in rows {
      if known[Int(token)] < 0 {
        known[Int(token)] = tokens.count
        tokens.append(token)
      }
      places.append(known[Int(token)])
    }
  }
}

/// The first block's queries, keys and values, and their gradients, a token at a time.
extension Lane {
  private var distinctStream: Kernels.Rows {
    scratch.distinctStream.rows(distinct.tokens.count, shape.width)
  }
  private var distinctQueries: Kernels.Rows {
    scratch.distinctQueries.rows(distinct.tokens.count, shape.queryWidth)
  }
  private var distinctKeyValues: Kernels.Rows {
    scratch.distinctKeyValues.rows(distinct.tokens.count, 2 * shape.keyValueWidth)
  }

  /// Computes queries, keys and values of the first block for every token of `batch`.
  func projectTokens(of batch: TrainingBatch) {
    distinct = DistinctTokens(of: batch.tokens, below: shape.embeddingCount)
    let stream = distinctStream, embedding = parameters[.embedding]
    for (place, token) in distinct.tokens.enumerated() {
      stream[place].update(from: embedding[Int(token)], count: shape.width)
    }
    kernels.pack(stream, norm: norm(.attentionNorm(layer: 0)), as: operand, into: left)
    kernels.multiply(left, by: weights.blocks[0].keyValue.forward, into: distinctKeyValues)
    kernels.multiply(left, by: weights.blocks[0].query.forward, into: distinctQueries)
    addBiases(0, queries: distinctQueries, keyValues: distinctKeyValues)
  }

  /// Copies what was computed of the tokens of a group: keys and values, and queries of kept rows.
  func copyProjections(
    _ group: CanvasGroup, _ selection: RowSelection, queries: Kernels.Rows, keyValues: Kernels.Rows
  ) {
    let (allQueries, allKeyValues) = (distinctQueries, distinctKeyValues)
    for (place, row) in group.rows.enumerated() {
      keyValues[place].update(
        from: allKeyValues[distinct.places[row]], count: keyValues.width)
    }
    for (place, kept) in group.kept.enumerated() {
      queries[place].update(
        from: allQueries[distinct.places[selection.row(kept)]], count: queries.width)
    }
  }

  /// Makes the gradients of all tokens zero.
  func clearProjectionGradients() {
    for rows in [distinctQueries, distinctKeyValues] {
      rows.base.update(repeating: 0, count: rows.count * rows.width)
    }
  }

  /// Adds the gradients of a group's queries, keys and values, no longer rotated, to those of its tokens.
  func addProjectionGradients(
    _ group: CanvasGroup, _ selection: RowSelection, queries: Kernels.Rows, keyValues: Kernels.Rows
  ) {
    let (allQueries, allKeyValues) = (distinctQueries, distinctKeyValues)
    func add(_ rows: Kernels.Rows, _ index: Int, to sums: Kernels.Rows, _ row: Int) {
      let place = distinct.places[row], sum = sums.rows(place..<place + 1)
      kernels.add(sum, rows.rows(index..<index + 1), into: sum)
    }
    for (index, row) in group.rows.enumerated() { add(keyValues, index, to: allKeyValues, row) }
    for (index, kept) in group.kept.enumerated() {
      add(queries, index, to: allQueries, selection.row(kept))
    }
  }

  /// Adds the gradients of the first block's first matrices and norm, and of the embeddings before them.
  func backwardThroughTokens() {
    let stream = distinctStream, queries = distinctQueries, keyValues = distinctKeyValues
    let count = stream.count, width = shape.width, role = ParameterRole.attentionNorm(layer: 0)
    let normed = scratch.distinctNormed.rows(count, width)
    let normGradient = scratch.distinctNormGradient.rows(count, width)
    addBiasGradients(0, queries: queries, keyValues: keyValues)
    kernels.rmsNorm(stream, norm: norm(role), into: normed)
    let (inner, query, input) = (factors.inner, factors.query, factors.innerInput)
    kernels.begin(input, rowCount: width, depth: count, as: operand)
    kernels.begin(inner, rowCount: keyValues.width, depth: count, as: operand)
    kernels.begin(query, rowCount: queries.width, depth: count, as: operand)
    kernels.pack(transposed: normed, at: 0, into: input)
    kernels.pack(transposed: keyValues, at: 0, into: inner)
    kernels.pack(transposed: queries, at: 0, into: query)
    kernels.multiply(
      inner, by: input, into: gradients.keyValue(0), accumulate: hasGradients)
    kernels.multiply(
      query, by: input, into: gradients[.query(layer: 0)], accumulate: hasGradients)
    kernels.pack(keyValues, as: operand, into: left)
    kernels.multiply(left, by: weights.blocks[0].keyValue.backward, into: normGradient)
    kernels.pack(queries, as: operand, into: left)
    kernels.multiply(
      left, by: weights.blocks[0].query.backward, into: normGradient, accumulate: true)
    let embedding = gradients[.embedding]
    for (place, token) in distinct.tokens.enumerated() {
      let one = place..<place + 1
      kernels.rmsNormBackward(
        stream.rows(one), norm: norm(role), gradient: normGradient.rows(one),
        into: embedding.rows(Int(token)..<Int(token) + 1), weightGradient: gradients.vector(role))
    }
  }
}

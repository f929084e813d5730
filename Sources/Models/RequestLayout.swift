internal import MaskedDiffusion

/// The rows of a request laid end to end, so that every linear layer sees one tall matrix.
///
/// Rows may differ in length; only attention has to know where one ends.
struct RequestLayout {
  /// One row of the request.
  struct Row {
    /// The rows of the tall matrix, one a computed position.
    var queries: Range<Int>
    /// Whether every position is computed; the others are read from the cache.
    var isWhole: Bool
    /// The number of positions the row attends to: all of its canvas.
    var keyCount: Int
    /// Where the row's keys begin when keys of all rows are laid end to end.
    var firstKey: Int
    /// Where the keys and values of the other positions come from.
    var cache: KeyValueCache?
    /// The row's wanted positions among those of all rows.
    var wanted: Range<Int>
    /// The row's part of ``RequestLayout/kept``.
    var kept = 0..<0
  }

  /// The rows.
  private(set) var rows: [Row] = []
  /// The token of each computed position.
  private(set) var tokens: [TokenID] = []
  /// Where each computed position is on its canvas.
  private(set) var canvasPositions: [Int] = []
  /// The position number of each computed position.
  private(set) var queryPositions: [Int32] = []
  /// The position number of each key.
  private(set) var keyPositions: [Int32] = []
  /// Whether each key may be attended to, 1 or 0.
  private(set) var isVisible: [UInt8] = []
  /// Whether any key may not be attended to.
  private(set) var hidesKeys = false
  /// The rows of the tall matrix whose output is wanted, ascending, each once: after its keys and
  /// values, the last block computes nothing else.
  private(set) var kept: [Int] = []
  /// The row of ``kept`` whose output holds each wanted position's logits.
  private(set) var outputs: [Int] = []
  /// The position number of the last position of all, plus one.
  private(set) var positionBound = 0

  /// Where in ``kept`` each computed position of the last row is, or -1.
  private var keptPlaces: [Int] = []

  /// Whether any row keeps keys and values.
  private(set) var usesCaches = false

  /// The number of computed positions of all rows.
  var queryCount: Int { tokens.count }

  /// The number of positions of all rows.
  var keyCount: Int { keyPositions.count }

  /// Lays out `request`, reusing the storage.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - shape: The network's dimensions.
  ///   - owner: The network whose caches can be used.
  ///   - isShifted: Whether the logits of a position are the output of the one before.
  /// - Throws: ``PredictionError``, for rows the network cannot read.
  mutating func lay(
    _ request: PredictionRequest, shape: TransformerShape, owner: ObjectIdentifier, isShifted: Bool
  ) throws(PredictionError) {
    rows.removeAll(keepingCapacity: true)
    tokens.removeAll(keepingCapacity: true)
    canvasPositions.removeAll(keepingCapacity: true)
    queryPositions.removeAll(keepingCapacity: true)
    keyPositions.removeAll(keepingCapacity: true)
    isVisible.removeAll(keepingCapacity: true)
    kept.removeAll(keepingCapacity: true)
    outputs.removeAll(keepingCapacity: true)
    hidesKeys = false
    usesCaches = false
    positionBound = 0
    for row in request.rows {
      try check(row, shape: shape)
      let cache = try usableCache(of: row, owner: owner)
      append(row, cache: cache)
      usesCaches = usesCaches || cache != nil
      try appendPositions(of: row, contextLength: shape.contextLength)
      try appendOutputs(of: row, isShifted: isShifted)
    }
  }

  private func check(_ row: PredictionRow, shape: TransformerShape) throws(PredictionError) {
    let count = row.tokens.count
    guard count <= shape.contextLength else {
      throw .tooLong(positions: count, contextLength: shape.contextLength)
    }
    for (position, token) in row.tokens.enumerated()
    where !(0..<shape.embeddingCount).contains(Int(token)) {
      throw .tokenOutOfRange(
        token: token, position: position, embeddingCount: shape.embeddingCount)
    }
    precondition(
      row.positionIDs.map { $0.count == count } ?? true, "\(count) positions, other position IDs")
    precondition(
      row.attendable.map { $0.count == count } ?? true, "\(count) positions, other attendables")
  }

  private func usableCache(
    of row: PredictionRow, owner: ObjectIdentifier
  ) throws(PredictionError) -> KeyValueCache? {
    guard let use = row.cache else { return nil }
    guard let cache = use.cache as? KeyValueCache, cache.owner == owner else {
      throw .unsupported("the cache was made by another predictor")
    }
    guard !rows.contains(where: { $0.cache === cache }) else {
      throw .unsupported("two rows of a request share a cache")
    }
    let count = row.tokens.count
    guard let computed = use.computed else { return cache }
    precondition(
      zip(computed, computed.dropFirst()).allSatisfy { $0 < $1 } && computed.first ?? 0 >= 0
        && computed.last ?? -1 < count, "positions \(computed) of \(count)")
    guard computed.count < count else { return cache }
    guard cache.positionCount == count else {
      throw .unsupported(
        "the cache holds \(cache.positionCount) positions, the row has \(count): "
          + "compute all of them first")
    }
    return cache
  }

  private mutating func append(_ row: PredictionRow, cache: KeyValueCache?) {
    let first = tokens.count
    if let computed = row.cache?.computed {
      canvasPositions.append(contentsOf: computed)
      tokens.append(contentsOf: computed.lazy.map { row.tokens[$0] })
    } else {
      canvasPositions.append(contentsOf: row.tokens.indices)
      tokens.append(contentsOf: row.tokens)
    }
    rows.append(
      Row(
        queries: first..<tokens.count, isWhole: tokens.count - first == row.tokens.count,
        keyCount: row.tokens.count, firstKey: keyPositions.count, cache: cache,
        wanted: outputs.count..<outputs.count + row.wanted.count))
  }

  private mutating func appendPositions(
    of row: PredictionRow, contextLength: Int
  ) throws(PredictionError) {
    if let positions = row.positionIDs {
      for position in positions {
        guard (0..<contextLength).contains(position) else {
          throw .unsupported("position number \(position), expected 0 to \(contextLength - 1)")
        }
        positionBound = max(positionBound, position + 1)
      }
      keyPositions.append(contentsOf: positions.lazy.map { Int32(truncatingIfNeeded: $0) })
    } else {
      positionBound = max(positionBound, row.tokens.count)
      keyPositions.append(contentsOf: row.tokens.indices.lazy.map { Int32(truncatingIfNeeded: $0) })
    }
    guard let last = rows.last else { return }
    for position in canvasPositions[last.queries] {
      queryPositions.append(keyPositions[last.firstKey + position])
    }
    if let attendable = row.attendable {
      isVisible.append(contentsOf: attendable.lazy.map { $0 ? 1 : 0 })
      hidesKeys = hidesKeys || attendable.contains(false)
    } else {
      isVisible.append(contentsOf: repeatElement(1, count: row.tokens.count))
    }
  }

  private mutating func appendOutputs(
    of row: PredictionRow, isShifted: Bool
  ) throws(PredictionError) {
    guard let last = rows.last else { return }
    for position in row.wanted {
      precondition(
        row.tokens.indices.contains(position), "position \(position) of \(row.tokens.count)")
      // Where a position's logits are the output of the one before, the first has only its own.
      let source = isShifted ? max(0, position - 1) : position
      guard let query = query(of: source, in: last) else {
        throw .unsupported(
          "the logits of position \(position) are wanted, but output \(source) is not computed")
      }
      outputs.append(query)
    }
    keepOutputs(of: last)
  }

  /// Lists the outputs of `row` in ``kept``, and makes them places in that list.
  private mutating func keepOutputs(of row: Row) {
    let first = kept.count
    keptPlaces.removeAll(keepingCapacity: true)
    keptPlaces.append(contentsOf: repeatElement(-1, count: row.queries.count))
    for query in outputs[row.wanted] { keptPlaces[query - row.queries.lowerBound] = 0 }
    for (offset, place) in keptPlaces.enumerated() where place == 0 {
      keptPlaces[offset] = kept.count
      kept.append(row.queries.lowerBound + offset)
    }
    for index in row.wanted {
      outputs[index] = keptPlaces[outputs[index] - row.queries.lowerBound]
    }
    rows[rows.count - 1].kept = first..<kept.count
  }

  /// The row of the tall matrix that computes `position` of `row`.
  private func query(of position: Int, in row: Row) -> Int? {
    guard !row.isWhole else { return row.queries.lowerBound + position }
    var low = row.queries.lowerBound
    var high = row.queries.upperBound
    while low < high {
      let middle = (low + high) / 2
      if canvasPositions[middle] < position { low = middle + 1 } else { high = middle }
    }
    return low < row.queries.upperBound && canvasPositions[low] == position ? low : nil
  }
}

internal import Kernels
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
    /// Whether the pattern is ordered, so that the cache keeps rotated keys and is appended to.
    var isOrdered = false
    /// Which positions see each other.
    var pattern = AttentionPattern.full
    /// The number of positions the row attends to: all of its canvas, or as much of it as the wanted
    /// positions of an ordered pattern see.
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
  /// The keys that each computed position sees; empty when all see all of theirs.
  var ranges: [Kernels.KeyRange] = []
  /// The same for each of ``kept``.
  var keptRanges: [Kernels.KeyRange] = []
  /// The keys that each computed position sees in blocks that see their neighbourhood only; empty
  /// when there are no such blocks.
  var localRanges: [Kernels.KeyRange] = []
  /// The same for each of ``kept``.
  var keptLocalRanges: [Kernels.KeyRange] = []
  /// The group of each key, and the one that each computed position does not see; empty when no row
  /// has groups.
  private(set) var keyGroups: [UInt32] = []
  private(set) var hiddenGroups: [UInt32] = []
  /// The computed positions that see exactly some keys, and for each and each key of its row 1 or 0.
  var sights: [Sight] = []
  var sightKeys: [UInt8] = []
  /// The hidden groups of each of ``kept``.
  private(set) var keptHiddenGroups: [UInt32] = []
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
  ///   - architecture: The network.
  ///   - owner: The network whose caches can be used.
  /// - Throws: ``PredictionError``, for rows the network cannot read.
  mutating func lay(
    _ request: PredictionRequest, architecture: Architecture, owner: ObjectIdentifier
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
      try check(row, architecture: architecture)
      let pattern = row.attention ?? architecture.attention
      let isShifted = architecture.isShifted && !request.isRaw
      let cache = try usableCache(of: row, owner: owner)
      if pattern.isOrdered {
        try appendOrdered(row, pattern, cache: cache, architecture, isShifted: isShifted)
      } else {
        append(row, pattern, cache: cache)
      }
      usesCaches = usesCaches || cache != nil
      try appendPositions(of: row, contextLength: architecture.contextLength)
      try appendOutputs(of: row, isShifted: isShifted)
    }
    layRanges()
    layLocalRanges(radius: architecture.localAttention?.radius)
    layGroups(request)
    try laySights(request)
  }

  private func check(_ row: PredictionRow, architecture: Architecture) throws(PredictionError) {
    let count = row.tokens.count
    guard count <= architecture.contextLength else {
      throw .tooLong(positions: count, contextLength: architecture.contextLength)
    }
    for (position, token) in row.tokens.enumerated()
    where !(0..<architecture.embeddingCount).contains(Int(token)) {
      throw .tokenOutOfRange(
        token: token, position: position, embeddingCount: architecture.embeddingCount)
    }
    precondition(
      row.positionIDs.map { $0.count == count } ?? true, "\(count) positions, other position IDs")
    precondition(
      row.attendable.map { $0.count == count } ?? true, "\(count) positions, other attendables")
    precondition(
      row.groups.map { $0.memberships.count == count && $0.hidden.count == count } ?? true,
      "\(count) positions, other groups")
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

  private mutating func append(
    _ row: PredictionRow, _ pattern: AttentionPattern, cache: KeyValueCache?
  ) {
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
        pattern: pattern, keyCount: row.tokens.count, firstKey: keyPositions.count, cache: cache,
        wanted: outputs.count..<outputs.count + row.wanted.count))
  }

  /// Appends a row whose pattern is ordered: what the wanted positions see, without the blocks whose
  /// keys and values the cache holds.
  private mutating func appendOrdered(
    _ row: PredictionRow, _ pattern: AttentionPattern, cache: KeyValueCache?,
    _ architecture: Architecture, isShifted: Bool
  ) throws(PredictionError) {
    guard row.cache?.computed == nil else {
      throw .unsupported("a model that reads in order chooses itself what to compute")
    }
    guard row.groups == nil || cache == nil else {
      throw .unsupported("keys and values of positions in groups are not kept")
    }
    let count = row.tokens.count
    let sources = row.wanted.map { isShifted ? max(0, $0 - 1) : $0 }
    let end = sources.last.map { pattern.block(of: $0, count: count).upperBound } ?? count
    var start = 0
    if let cache {
      let bound = row.positionIDs?.max().map { $0 + 1 } ?? end
      let order = KeyValueCache.Order(
        pattern: pattern,
        frequencyLength: architecture.rotary.frequencyLength(positionCount: bound))
      let stored = cache.commonCount(entries(of: row, 0..<end), order)
      start = pattern.block(of: min(stored, sources.first ?? stored), count: count).lowerBound
      start = min(start, end)
      cache.truncate(to: start, room: end, order)
    }
    let first = tokens.count
    canvasPositions.append(contentsOf: start..<end)
    tokens.append(contentsOf: row.tokens[start..<end])
    rows.append(
      Row(
        queries: first..<tokens.count, isWhole: start == 0, isOrdered: true, pattern: pattern,
        keyCount: end, firstKey: keyPositions.count, cache: cache,
        wanted: outputs.count..<outputs.count + row.wanted.count))
  }

  /// What the keys and values of positions of an ordered row depend on.
  private func entries(
    of row: PredictionRow, _ range: Range<Int>
  ) -> [KeyValueCache.Entry] {
    range.map { place in
      KeyValueCache.Entry(
        token: row.tokens[place],
        position: Int32(truncatingIfNeeded: row.positionIDs?[place] ?? place),
        isVisible: row.attendable?[place] ?? true)
    }
  }

  /// Says in the caches of ordered rows that what was computed is stored.
  func storeEntries(of request: PredictionRequest) {
    for (row, asked) in zip(rows, request.rows) where row.isOrdered {
      guard let cache = row.cache else { continue }
      cache.append(entries(of: asked, cache.entries.count..<row.keyCount))
    }
  }

  /// Lists the keys that each computed position sees, unless all see all.
  private mutating func layRanges() {
    ranges.removeAll(keepingCapacity: true)
    keptRanges.removeAll(keepingCapacity: true)
    var seesAll = true
    for row in rows where row.pattern != .full {
      let all = 0..<row.keyCount
      seesAll =
        seesAll
        && canvasPositions[row.queries].allSatisfy {
          row.pattern.visible(from: $0, count: row.keyCount) == all
        }
    }
    guard !seesAll else { return }
    for row in rows {
      for position in canvasPositions[row.queries] {
        ranges.append(
          Kernels.KeyRange(row.pattern.visible(from: position, count: row.keyCount)))
      }
    }
    keptRanges.append(contentsOf: kept.map { ranges[$0] })
  }

  /// Lists the keys that computed positions see at most `radius` away.
  private mutating func layLocalRanges(radius: Int?) {
    localRanges.removeAll(keepingCapacity: true)
    keptLocalRanges.removeAll(keepingCapacity: true)
    guard let radius else { return }
    let window = AttentionPattern.window(radius: radius)
    for row in rows {
      for position in canvasPositions[row.queries] {
        let near = window.visible(from: position, count: row.keyCount)
        localRanges.append(
          Kernels.KeyRange(
            near.clamped(to: row.pattern.visible(from: position, count: row.keyCount))))
      }
    }
    keptLocalRanges.append(contentsOf: kept.map { localRanges[$0] })
  }

  /// Lists the groups of keys and those that positions do not see, if there are any.
  private mutating func layGroups(_ request: PredictionRequest) {
    keyGroups.removeAll(keepingCapacity: true)
    hiddenGroups.removeAll(keepingCapacity: true)
    keptHiddenGroups.removeAll(keepingCapacity: true)
    guard request.rows.contains(where: { $0.groups != nil }) else { return }
    for (row, asked) in zip(rows, request.rows) {
      if let groups = asked.groups {
        keyGroups.append(contentsOf: groups.memberships[0..<row.keyCount])
        hiddenGroups.append(contentsOf: canvasPositions[row.queries].lazy.map { groups.hidden[$0] })
      } else {
        keyGroups.append(contentsOf: repeatElement(0, count: row.keyCount))
        hiddenGroups.append(contentsOf: repeatElement(0, count: row.queries.count))
      }
    }
    keptHiddenGroups.append(contentsOf: kept.map { hiddenGroups[$0] })
  }

  private mutating func appendPositions(
    of row: PredictionRow, contextLength: Int
  ) throws(PredictionError) {
    guard let last = rows.last else { return }
    if let positions = row.positionIDs?[0..<last.keyCount] {
      for position in positions {
        guard (0..<contextLength).contains(position) else {
          throw .unsupported("position number \(position), expected 0 to \(contextLength - 1)")
        }
        positionBound = max(positionBound, position + 1)
      }
      keyPositions.append(contentsOf: positions.lazy.map { Int32(truncatingIfNeeded: $0) })
    } else {
      positionBound = max(positionBound, last.keyCount)
      keyPositions.append(
        contentsOf: (0..<last.keyCount).lazy.map { Int32(truncatingIfNeeded: $0) })
    }
    for position in canvasPositions[last.queries] {
      queryPositions.append(keyPositions[last.firstKey + position])
    }
    if let attendable = row.attendable?[0..<last.keyCount] {
      isVisible.append(contentsOf: attendable.lazy.map { $0 ? 1 : 0 })
      hidesKeys = hidesKeys || attendable.contains(false)
    } else {
      isVisible.append(contentsOf: repeatElement(1, count: last.keyCount))
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
    if row.isWhole || row.isOrdered {
      let query = row.queries.lowerBound + position - (canvasPositions[row.queries].first ?? 0)
      return row.queries.contains(query) ? query : nil
    }
    var low = row.queries.lowerBound
    var high = row.queries.upperBound
    while low < high {
      let middle = (low + high) / 2
      if canvasPositions[middle] < position { low = middle + 1 } else { high = middle }
    }
    return low < row.queries.upperBound && canvasPositions[low] == position ? low : nil
  }
}

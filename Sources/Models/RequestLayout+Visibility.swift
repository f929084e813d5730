internal import Kernels
internal import MaskedDiffusion

/// What positions see, as plain addresses.
extension RequestLayout {
  /// A computed position that sees exactly some keys of its row.
  struct Sight {
    /// The row.
    var row: Int
    /// The row of the tall matrix.
    var query: Int
    /// Where in ``RequestLayout/sightKeys`` it is said which keys it sees.
    var firstKey: Int
  }

  /// Where the output of `sight` is in ``kept``; empty where it is not wanted.
  func keptQuery(of sight: Sight) -> Range<Int> {
    let range = rows[sight.row].kept
    guard let place = kept[range].firstIndex(of: sight.query) else { return 0..<0 }
    return place..<place + 1
  }

  /// Lists the positions of `request` that see exactly some others, and shows them all in ``ranges``.
  mutating func laySights(_ request: PredictionRequest) throws(PredictionError) {
    sights.removeAll(keepingCapacity: true)
    sightKeys.removeAll(keepingCapacity: true)
    for (index, asked) in request.rows.enumerated() where !asked.sights.isEmpty {
      let row = rows[index]
      guard row.cache == nil, asked.attentionShare == nil else {
        throw .unsupported(
          "where positions see others of their own, no keys and values are kept, and who attends to "
            + "whom is not said")
      }
      for query in row.queries {
        guard let seen = asked.sights[canvasPositions[query]] else { continue }
        let first = sightKeys.count
        sightKeys.append(contentsOf: repeatElement(0, count: row.keyCount))
        for key in seen.lazy.flatMap({ $0.clamped(to: 0..<row.keyCount) })
        where isVisible[row.firstKey + key] != 0 {
          sightKeys[first + key] = 1
        }
        sights.append(Sight(row: index, query: query, firstKey: first))
        if !ranges.isEmpty { ranges[query] = Kernels.KeyRange(0..<row.keyCount) }
        if !localRanges.isEmpty { localRanges[query] = Kernels.KeyRange(0..<row.keyCount) }
      }
    }
    guard !sights.isEmpty else { return }
    if !ranges.isEmpty { keptRanges = kept.map { ranges[$0] } }
    if !localRanges.isEmpty { keptLocalRanges = kept.map { localRanges[$0] } }
  }

  /// What computed positions see.
  struct Seen: @unchecked Sendable {
    /// The keys that each sees; `nil` shows all of the row.
    var ranges: UnsafePointer<Kernels.KeyRange>?
    /// The group that each does not see; `nil` hides none.
    var hiddenGroups: UnsafePointer<UInt32>?
  }

  /// What can be seen of all rows.
  struct Visibility: @unchecked Sendable {
    /// Whether each key may be attended to; `nil` shows all.
    var keys: UnsafePointer<UInt8>?
    /// Whether the positions of ``RequestLayout/sights`` see each key; `nil` where there are none.
    var sights: UnsafePointer<UInt8>?
    /// The group of each key, if there are groups.
    var keyGroups: UnsafePointer<UInt32>?
    /// What each computed position sees.
    var queries: Seen
    /// What each of ``RequestLayout/kept`` sees.
    var kept: Seen
    /// The same in blocks that see their neighbourhood only.
    var local: (queries: Seen, kept: Seen)

    /// What positions of a block see.
    func seen(isLocal: Bool, isKept: Bool) -> Seen {
      switch (isLocal, isKept) {
      case (false, false): queries
      case (false, true): kept
      case (true, false): local.queries
      case (true, true): local.kept
      }
    }
  }

  /// Calls `body` with addresses that are valid meanwhile.
  func withVisibility(_ body: (Visibility) -> Void) {
    withAddresses(isVisible, keyGroups) { isVisible, keyGroups in
      withAddresses(hiddenGroups, keptHiddenGroups) { hidden, keptHidden in
        withAddresses(ranges, keptRanges) { ranges, keptRanges in
          withAddresses(localRanges, keptLocalRanges) { local, keptLocal in
            sightKeys.withUnsafeBufferPointer { sightKeys in
              body(
                Visibility(
                  keys: hidesKeys ? isVisible : nil,
                  sights: sightKeys.isEmpty ? nil : sightKeys.baseAddress, keyGroups: keyGroups,
                  queries: Seen(ranges: ranges, hiddenGroups: hidden),
                  kept: Seen(ranges: keptRanges, hiddenGroups: keptHidden),
                  local: (
                    Seen(ranges: local, hiddenGroups: hidden),
                    Seen(ranges: keptLocal, hiddenGroups: keptHidden)
                  )))
            }
          }
        }
      }
    }
  }

  /// Calls `body` with the addresses of two lists, `nil` for an empty one.
  private func withAddresses<First, Second>(
    _ first: [First], _ second: [Second],
    _ body: (UnsafePointer<First>?, UnsafePointer<Second>?) -> Void
  ) {
    first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in
        body(
          first.isEmpty ? nil : first.baseAddress, second.isEmpty ? nil : second.baseAddress)
      }
    }
  }
}

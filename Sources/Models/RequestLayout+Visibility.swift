internal import Kernels

/// What positions see, as plain addresses.
extension RequestLayout {
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
            body(
              Visibility(
                keys: hidesKeys ? isVisible : nil, keyGroups: keyGroups,
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

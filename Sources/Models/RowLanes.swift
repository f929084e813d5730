package import Kernels
package import MaskedDiffusion

/// How the rows of a forward pass are shared out among threads.
///
/// In a large network all rows go through a layer together, and each operation is shared out. In a
/// small one the threads would spend their time waiting for each other: there each takes some rows
/// through half a block by itself, which is worth it as long as all weights stay, decoded, in
/// the processor's cache.
package final class RowLanes: Sendable {
  /// What a part of the rows is computed with.
  package struct Lane: @unchecked Sendable {
    // Used by one thread at a time.

    /// One thread's kernels, or those of all.
    package let kernels: Kernels
    /// The left side of products.
    package let input = Kernels.Input()
    /// The left side of the second half of the feed-forward layer.
    package let hidden = Kernels.Input()
  }

  private let whole: Lane
  private let narrow: [Lane]

  /// Rows of a part at most: as many as an attention tile has queries.
  private static let partRows = 32
  /// Rows of a part are cut at multiples of the smallest tile the products have a version for.
  private static let tileRows = 4

  /// Creates lanes on the threads of `kernels`.
  ///
  /// - Parameters:
  ///   - kernels: What whole passes are computed with.
  ///   - isSmall: Whether threads are to take rows by themselves.
  package init(_ kernels: Kernels, isSmall: Bool) {
    whole = Lane(kernels: kernels)
    let threadCount = kernels.pool.threadCount
    narrow = (0..<(isSmall && threadCount > 1 ? threadCount : 0)).map { _ in
      Lane(kernels: Kernels(threadCount: 1, instructionSet: kernels.instructionSet))
    }
  }

  /// Whether `rowCount` rows are cut into parts; with a few rows each, threads do better to share
  /// out the weights.
  package func cuts(_ rowCount: Int) -> Bool {
    !narrow.isEmpty && rowCount >= 2 * Self.tileRows * narrow.count
  }

  /// Calls `body` for parts of `0..<rowCount` that together are all of it; from several threads
  /// at once if there are several parts.
  package func forEachPart(
    of rowCount: Int, cancellation: CancellationFlag?,
    _ body: (_ part: Range<Int>, _ lane: Lane) -> Void
  ) {
    guard cuts(rowCount) else {
      if rowCount > 0 { body(0..<rowCount, whole) }
      return
    }
    let most = narrow.count * Self.partRows
    let parts = narrow.count * ((rowCount + most - 1) / most)
    let tiles = (rowCount + Self.tileRows - 1) / Self.tileRows
    // The parts with a tile more come first: of large and small ones in turn, two threads that
    // take turns would get all large ones and all small ones.
    let (tilesEach, larger) = tiles.quotientAndRemainder(dividingBy: parts)
    whole.kernels.pool.run(taskCount: parts, cancellation: cancellation) { part, worker in
      let first = (part * tilesEach + min(part, larger)) * Self.tileRows
      let tileCount = tilesEach + (part < larger ? 1 : 0)
      body(first..<min(rowCount, first + tileCount * Self.tileRows), narrow[worker])
    }
  }
}

/// Which rows of a batch a block goes on with.
struct RowSelection {
  /// Canvases and their positions.
  let canvasCount: Int
  let length: Int
  /// Rows of all positions that are kept, ascending; `nil` keeps all.
  let kept: [Int]?
  /// The position in its canvas of every kept row.
  let positions: [Int32]
  /// The kept rows of each canvas, as a range of kept rows.
  let rangesOfCanvases: [Range<Int>]

  init(canvasCount: Int, length: Int, kept: [Int]? = nil) {
    self.canvasCount = canvasCount
    self.length = length
    self.kept = kept
    guard let kept else {
      positions = (0..<canvasCount * length).map { Int32($0 % length) }
      rangesOfCanvases = (0..<canvasCount).map { $0 * length..<($0 + 1) * length }
      return
    }
    positions = kept.map { Int32($0 % length) }
    var next = 0
    rangesOfCanvases = (0..<canvasCount).map { canvas in
      let first = next
      while next < kept.count, kept[next] < (canvas + 1) * length { next += 1 }
      return first..<next
    }
  }

  var allCount: Int { canvasCount * length }
  var count: Int { kept?.count ?? allCount }

  /// The row of all positions that kept row `index` is.
  func row(_ index: Int) -> Int { kept?[index] ?? index }

  /// How many keys more than its own place among the kept rows the first kept row of `canvas` sees, if it
  /// sees no later ones.
  func causalOffset(canvas: Int, _ range: Range<Int>) -> Int {
    guard let kept, let first = range.first else { return 0 }
    return kept[first] - canvas * length
  }
}

/// Canvases that attention is computed of together, few enough that what belongs to them stays in the
/// cache.
struct CanvasGroup {
  var canvases: Range<Int>
  /// Their rows, of all.
  var rows: Range<Int>
  /// Those that are kept, of the kept rows.
  var kept: Range<Int>
  /// Where the rows, and the kept ones, begin in factors that hold all groups one after the other.
  var place: Int
  var keptPlace: Int
}

extension RowSelection {
  /// Rows that make a group, unless a canvas is longer.
  private static let rowsOfGroup = 128

  /// Divides the canvases into groups.
  ///
  /// - Parameter unit: What places of groups are multiples of: two bfloat16s make a step.
  /// - Returns: The groups, and the depth of factors that hold their rows, and their kept rows.
  func groups(unit: Int) -> (groups: [CanvasGroup], depth: Int, keptDepth: Int) {
    func rounded(_ count: Int) -> Int { (count + unit - 1) / unit * unit }
    let most = max(1, Self.rowsOfGroup / length)
    var groups: [CanvasGroup] = []
    var depth = 0, keptDepth = 0
    for first in stride(from: 0, to: canvasCount, by: most) {
      let canvases = first..<min(first + most, canvasCount)
      let kept =
        rangesOfCanvases[first].lowerBound..<rangesOfCanvases[canvases.upperBound - 1].upperBound
      let rows = first * length..<canvases.upperBound * length
      groups.append(
        CanvasGroup(
          canvases: canvases, rows: rows, kept: kept, place: depth, keptPlace: keptDepth))
      depth += rounded(rows.count)
      keptDepth += rounded(kept.count)
    }
    return (groups, depth, keptDepth)
  }
}

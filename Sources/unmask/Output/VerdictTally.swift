import ClosedWorld

/// Counts verdicts by kind.
struct VerdictTally {
  private struct Counts {
    var texts = 0
    var valid = 0
    var copies = 0
  }

  private var counts: [WorldKind?: Counts] = [:]

  /// Counts a verdict.
  mutating func add(_ verdict: WorldVerdict, isCopy: Bool?) {
    counts[verdict.kind, default: Counts()].texts += 1
    if verdict.isValid == true { counts[verdict.kind, default: Counts()].valid += 1 }
    if isCopy == true { counts[verdict.kind, default: Counts()].copies += 1 }
  }

  /// A table of the kinds that there were.
  func text(saysCopies: Bool) -> String {
    var table = Table(["kind", "texts>", "valid>"] + (saysCopies ? ["in training>"] : []))
    for kind in WorldKind.allCases.map(Optional.some) + [nil] {
      guard let row = counts[kind] else { continue }
      table.add(
        [kind?.rawValue ?? "unknown", "\(row.texts)", "\(row.valid)"]
          + (saysCopies ? ["\(row.copies)"] : []))
    }
    return table.text
  }
}

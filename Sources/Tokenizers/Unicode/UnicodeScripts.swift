/// The scripts of Unicode (UAX #24) by name.
enum UnicodeScripts {
  /// Returns the scalars of the script called `name`, or `nil` when there is no such script.
  ///
  /// Names are written in any case, with or without separators; both `Han` and `Hani` are names.
  static func ranges(named name: String) -> [ClosedRange<UInt32>]? {
    let name = name.lowercased().filter { !" _-".contains($0) }
    guard !name.isEmpty else { return nil }
    for entry in UnicodeTables.scripts.split(separator: ";") {
      let parts = entry.split(separator: "=")
      guard parts.count == 2, parts[0].split(separator: "|").contains(name[...]) else { continue }
      return parts[1].split(separator: ",").compactMap { range in
        let bounds = range.split(separator: "-").compactMap { UInt32($0, radix: 16) }
        guard let first = bounds.first, let last = bounds.last, first <= last else { return nil }
        return first...last
      }
    }
    return nil
  }
}

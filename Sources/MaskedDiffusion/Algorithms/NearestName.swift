/// Returns the name a user may have meant: the one of `names` that takes the fewest edits to
/// reach from `typed`, or `nil` when none is near.
///
/// - Complexity: O(names × characters²)
public func nearestName(to typed: String, in names: [String]) -> String? {
  let typed = typed.lowercased()
  let best =
    names
    .map { (name: $0, distance: editDistance(Array(typed), Array($0.lowercased()))) }
    .min { $0.distance < $1.distance }
  guard let best else { return nil }
  let isPrefix = !typed.isEmpty && best.name.lowercased().hasPrefix(typed)
  if isPrefix || best.distance <= max(2, best.name.count / 3) { return best.name }
  return names.first { !typed.isEmpty && $0.lowercased().hasPrefix(typed) }
}

/// The Levenshtein distance: insertions, deletions and substitutions cost one each.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var previous = Array(0...b.count)
  for (i, character) in a.enumerated() {
    var current = [i + 1]
    for (j, other) in b.enumerated() {
      current.append(
        min(previous[j + 1] + 1, current[j] + 1, previous[j] + (character == other ? 0 : 1)))
    }
    previous = current
  }
  return previous[b.count]
}

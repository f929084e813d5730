/// The words of a world: entries, and the categories they belong to.
package struct Lexicon: Sendable {
  /// All entries; an entry is known by its index.
  package private(set) var entries: [Entry] = []
  /// The entries of each category, in order.
  package private(set) var categories: [String: [Int]] = [:]

  /// The lexicon of a world of `size`.
  init(size: WorldSize) {
    for list in Self.lists {
      let first = entries.count
      entries += list.entries(upTo: size)
      categories[list.category] = Array(first..<entries.count)
    }
    for (union, parts) in Self.unions {
      categories[union] = parts.flatMap { categories[$0] ?? [] }
    }
  }
}

/// A grapheme cluster that can be drawn: what a person calls a character, one or two cells wide.
public struct Grapheme: Hashable, Sendable {
  /// The cluster; never a control character or a mark without a base.
  public let character: Character
  /// The number of cells it takes, 1 or 2.
  public let width: Int

  /// Creates a grapheme of a width somebody has measured already.
  init(unchecked character: Character, width: Int) {
    self.character = character
    self.width = width
  }
}

extension Sequence<Grapheme> {
  /// The number of cells the graphemes take together.
  public var width: Int { reduce(0) { $0 + $1.width } }

  /// The graphemes one after the other.
  public var text: String { String(map(\.character)) }
}

extension Array<Grapheme> {
  /// Returns as many graphemes as fit in `columns` cells; if some do not, `ellipsis` ends the text.
  ///
  /// - Parameters:
  ///   - columns: The room, in cells.
  ///   - ellipsis: One cell wide; `nil` just cuts.
  /// - Returns: Graphemes of at most `columns` cells.
  public func truncated(toWidth columns: Int, ellipsis: Character?) -> [Grapheme] {
    guard width > columns else { return self }
    var room = columns - (ellipsis == nil ? 0 : 1)
    guard room >= 0 else { return [] }
    var kept = prefix { grapheme in
      room -= grapheme.width
      return room >= 0
    }
    if let ellipsis { kept.append(Grapheme(unchecked: ellipsis, width: 1)) }
    return Array(kept)
  }
}

/// One cell of a screen: a grapheme cluster and what it means.
public struct Cell: Hashable, Sendable {
  /// What is drawn, marks and joined emoji included; a space in a continuation.
  public let character: Character

  /// What the cell means.
  public internal(set) var role: StyleRole

  /// The number of cells the character takes, 1 or 2; 0 in the second cell of a wide character.
  public let width: Int8

  /// Whether the cell is the right half of the wide character before it.
  public var isContinuation: Bool { width == 0 }

  /// Creates the first or only cell of a grapheme.
  init(_ grapheme: Grapheme, role: StyleRole) {
    character = grapheme.character
    width = Int8(grapheme.width)
    self.role = role
  }

  private init(width: Int8, role: StyleRole) {
    character = " "
    self.width = width
    self.role = role
  }

  /// Returns an empty cell.
  static func blank(_ role: StyleRole = .text) -> Cell { Cell(width: 1, role: role) }

  /// Returns the right half of a wide character.
  static func continuation(_ role: StyleRole) -> Cell { Cell(width: 0, role: role) }
}

/// A key or combination of keys, as far as terminals can tell them apart.
public enum Key: Hashable, Sendable {
  /// A key that types a character, with whatever shift makes of it.
  case character(Character)
  /// A letter or sign together with control; letters are lower case.
  case control(Character)
  /// A key that types a character, together with alt or after escape.
  case alt(Character)
  /// Any other key, alone or together with others.
  case special(SpecialKey, KeyModifiers)
}

/// A key that types nothing.
public enum SpecialKey: Hashable, Sendable {
  /// Arrow up.
  case up
  /// Arrow down.
  case down
  /// Arrow to the left.
  case left
  /// Arrow to the right.
  case right
  /// Home.
  case home
  /// End.
  case end
  /// Page up.
  case pageUp
  /// Page down.
  case pageDown
  /// Insert.
  case insert
  /// Delete.
  case delete
  /// Backspace.
  case backspace
  /// Enter or return.
  case enter
  /// Tab.
  case tab
  /// Escape.
  case escape
  /// A function key, 1...12 on most keyboards.
  case function(Int)
}

/// Keys held down together with another.
public struct KeyModifiers: OptionSet, Hashable, Sendable {
  /// One bit a key.
  public let rawValue: UInt8

  /// Creates a set from its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Shift.
  public static let shift = KeyModifiers(rawValue: 1)
  /// Alt, also called meta or option.
  public static let alt = KeyModifiers(rawValue: 2)
  /// Control.
  public static let control = KeyModifiers(rawValue: 4)
}

extension Key {
  /// Arrow up.
  public static let up = Key.special(.up, [])
  /// Arrow down.
  public static let down = Key.special(.down, [])
  /// Arrow to the left.
  public static let left = Key.special(.left, [])
  /// Arrow to the right.
  public static let right = Key.special(.right, [])
  /// Home.
  public static let home = Key.special(.home, [])
  /// End.
  public static let end = Key.special(.end, [])
  /// Page up.
  public static let pageUp = Key.special(.pageUp, [])
  /// Page down.
  public static let pageDown = Key.special(.pageDown, [])
  /// Insert.
  public static let insert = Key.special(.insert, [])
  /// Delete.
  public static let delete = Key.special(.delete, [])
  /// Backspace.
  public static let backspace = Key.special(.backspace, [])
  /// Enter or return.
  public static let enter = Key.special(.enter, [])
  /// Tab.
  public static let tab = Key.special(.tab, [])
  /// Tab with shift.
  public static let shiftTab = Key.special(.tab, .shift)
  /// Escape.
  public static let escape = Key.special(.escape, [])
  /// The space bar.
  public static let space = Key.character(" ")

  /// Returns a function key, 1...12 on most keyboards.
  public static func function(_ number: Int) -> Key { .special(.function(number), []) }

  /// Returns a key held down with shift.
  public static func shift(_ key: SpecialKey) -> Key { .special(key, .shift) }
}

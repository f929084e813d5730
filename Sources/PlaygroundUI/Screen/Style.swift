/// What a role looks like: colours and attributes.
public struct Style: Hashable, Sendable {
  /// The colour of the glyph; `nil` is the terminal's own.
  public var foreground: ThemeColor?
  /// The colour behind the glyph; `nil` is the terminal's own.
  public var background: ThemeColor?
  /// Bold, dim and so on.
  public var attributes: Attributes

  /// Creates a style; by default the terminal's own.
  public init(
    _ foreground: ThemeColor? = nil, on background: ThemeColor? = nil,
    _ attributes: Attributes = []
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  /// What terminals can do to a glyph beside colouring it.
  public struct Attributes: OptionSet, Hashable, Sendable {
    /// One bit an attribute.
    public let rawValue: UInt8

    /// Creates a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Heavier or brighter.
    public static let bold = Attributes(rawValue: 1)
    /// Fainter.
    public static let dim = Attributes(rawValue: 2)
    /// With a line below.
    public static let underline = Attributes(rawValue: 4)
    /// Foreground and background exchanged.
    public static let reverse = Attributes(rawValue: 8)
    /// Slanted.
    public static let italic = Attributes(rawValue: 16)
  }
}

/// A colour of a theme.
public enum ThemeColor: Hashable, Sendable {
  /// One of the eight colours every colour terminal has; what they look like is the terminal's.
  case basic(BasicColor)
  /// Red, green and blue; terminals with 256 colours show the nearest of theirs.
  case rgb(red: UInt8, green: UInt8, blue: UInt8)

  /// Creates a colour from its usual notation, such as `0xE69F00`; higher bits are ignored.
  public static func hex(_ value: UInt32) -> ThemeColor {
    .rgb(
      red: UInt8(value >> 16 & 0xFF), green: UInt8(value >> 8 & 0xFF), blue: UInt8(value & 0xFF))
  }

  /// The number of the nearest colour in the table of 256 that xterm introduced.
  ///
  /// Colours 16...231 are a cube of six levels a channel, 232...255 greys; 0...15 are left alone,
  /// because users change them.
  public var index256: UInt8 {
    let channels: [Int]
    switch self {
    case .basic(let color): return color.rawValue
    case .rgb(let red, let green, let blue): channels = [Int(red), Int(green), Int(blue)]
    }
    let levels = channels.map(Self.nearestCubeLevel)
    let cube = levels.map { Self.cubeLevels[$0] }
    let grey = min(max((channels.reduce(0, +) / 3 - 3) / 10, 0), 23)
    let cubeError = Self.squaredDistance(channels, cube)
    let greyError = Self.squaredDistance(channels, Array(repeating: 8 + 10 * grey, count: 3))
    return greyError < cubeError
      ? UInt8(232 + grey) : UInt8(16 + 36 * levels[0] + 6 * levels[1] + levels[2])
  }

  private static let cubeLevels = [0, 95, 135, 175, 215, 255]

  private static func nearestCubeLevel(_ value: Int) -> Int {
    value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40
  }

  private static func squaredDistance(_ first: [Int], _ second: [Int]) -> Int {
    zip(first, second).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }
}

/// The eight colours of a plain colour terminal, by their usual numbers.
public enum BasicColor: UInt8, CaseIterable, Sendable {
  /// Number 0.
  case black
  /// Number 1.
  case red
  /// Number 2.
  case green
  /// Number 3.
  case yellow
  /// Number 4.
  case blue
  /// Number 5.
  case magenta
  /// Number 6.
  case cyan
  /// Number 7.
  case white
}

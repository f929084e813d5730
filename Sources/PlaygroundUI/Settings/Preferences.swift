/// How the playground looks and behaves, apart from the runs: what a settings file holds.
public struct Preferences: Equatable, Sendable, Codable {
  /// The colours.
  public var theme: ThemeChoice
  /// What the colour of a token says.
  public var colouring: Colouring
  /// How the canvas is laid out.
  public var canvas: CanvasStyle
  /// Whether the best guess is drawn under each mask.
  public var showsGhosts: Bool
  /// The time between two steps of a run, 0...10000 milliseconds.
  public var delayMilliseconds: Int
  /// Whether the hints are shown at the start.
  public var showsHints: Bool
  /// Whether text typed into the canvas counts as prompt for guidance.
  public var typedCountsAsPrompt: Bool
  /// Whether the cursor goes to the token just kept.
  public var followsKept: Bool
  /// What the terminal is told of a run: nothing, how far it is, also that a long one has ended.
  public var announcement: Announcement

  /// Creates preferences.
  public init(
    theme: ThemeChoice = .dark, colouring: Colouring = .confidence, canvas: CanvasStyle = .flowing,
    showsGhosts: Bool = false, delayMilliseconds: Int = 120, showsHints: Bool = true,
    typedCountsAsPrompt: Bool = false, followsKept: Bool = true,
    announcement: Announcement = .none
  ) {
    self.theme = theme
    self.colouring = colouring
    self.canvas = canvas
    self.showsGhosts = showsGhosts
    self.delayMilliseconds = delayMilliseconds
    self.showsHints = showsHints
    self.typedCountsAsPrompt = typedCountsAsPrompt
    self.followsKept = followsKept
    self.announcement = announcement
  }

  /// Reads preferences; what is missing keeps its default.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    theme = try values.decodeIfPresent(ThemeChoice.self, forKey: .theme) ?? theme
    colouring = try values.decodeIfPresent(Colouring.self, forKey: .colouring) ?? colouring
    canvas = try values.decodeIfPresent(CanvasStyle.self, forKey: .canvas) ?? canvas
    showsGhosts = try values.decodeIfPresent(Bool.self, forKey: .showsGhosts) ?? showsGhosts
    let delay = try values.decodeIfPresent(Int.self, forKey: .delayMilliseconds)
    delayMilliseconds = min(max(delay ?? delayMilliseconds, 0), 10_000)
    showsHints = try values.decodeIfPresent(Bool.self, forKey: .showsHints) ?? showsHints
    typedCountsAsPrompt =
      try values.decodeIfPresent(Bool.self, forKey: .typedCountsAsPrompt) ?? typedCountsAsPrompt
    followsKept = try values.decodeIfPresent(Bool.self, forKey: .followsKept) ?? followsKept
    announcement =
      try values.decodeIfPresent(Announcement.self, forKey: .announcement) ?? announcement
  }

  private enum CodingKeys: String, CodingKey {
    case theme
    case colouring = "colours"
    case canvas
    case showsGhosts = "ghosts"
    case delayMilliseconds = "delay"
    case showsHints = "hints"
    case typedCountsAsPrompt = "typed-is-prompt"
    case followsKept = "follow"
    case announcement = "announce"
  }

  /// A theme a user can choose.
  public enum ThemeChoice: String, CaseIterable, Codable, Sendable {
    /// Light text on dark.
    case dark
    /// Dark text on light.
    case light
    /// No colours.
    case monochrome

    /// What roles look like.
    public var theme: Theme {
      switch self {
      case .dark: .dark
      case .light: .light
      case .monochrome: .monochrome
      }
    }
  }

  /// What the colour of an unmasked token says.
  public enum Colouring: String, CaseIterable, Codable, Sendable {
    /// How probable it was when it was unmasked.
    case confidence
    /// How certain the whole distribution was then.
    case entropy
    /// How far the best token was ahead of the second.
    case margin
    /// Whether it came early or late.
    case order
    /// How long ago it came, seen from the step that is shown.
    case age
  }

  /// What the terminal is told of a run.
  public enum Announcement: String, CaseIterable, Codable, Sendable {
    /// Nothing.
    case none
    /// How far it is, for a bar in the window's tab.
    case progress
    /// The same, and a bell when a run of some seconds has ended.
    case bell
  }

  /// How the canvas is laid out.
  public enum CanvasStyle: String, CaseIterable, Codable, Sendable {
    /// The text as it will read.
    case flowing
    /// One cell of fixed width a token.
    case grid
  }
}

/// Where the playground is shown and typed at.
///
/// A terminal belongs to the thread that made it; only its ``waker`` may be used by others.
public protocol Terminal: AnyObject {
  /// The number of rows and columns now.
  var size: ScreenSize { get }

  /// What the terminal can show.
  var capabilities: TerminalCapabilities { get }

  /// Ends the wait of ``nextEvent(timeout:)`` from any thread.
  var waker: TerminalWaker { get }

  /// Shows a screen; what does not fit in the terminal is cut.
  ///
  /// - Parameters:
  ///   - screen: The grid to show.
  ///   - theme: What its roles look like; adapted to the terminal's colours.
  func paint(_ screen: Screen, theme: Theme)

  /// Forgets what is shown, so that the next paint draws every cell.
  func invalidate()

  /// Returns what happened next, waiting for it if nothing has.
  ///
  /// - Parameter timeout: How long to wait; zero does not wait, `nil` waits for ever.
  /// - Returns: The event, `nil` when the time is over.
  func nextEvent(timeout: Duration?) -> TerminalEvent?

  /// Gives the terminal back to the shell and stops the program until it is continued.
  ///
  /// The next event after that is ``TerminalEvent/resume``.
  func suspend()
}

extension Terminal {
  /// The symbols to draw with on this terminal.
  public var symbols: Symbols { capabilities.isUnicode ? .unicode : .ascii }
}

/// What a terminal can show.
public struct TerminalCapabilities: Hashable, Sendable {
  /// The number of colours: 0, 8, 16, 256 or 16,777,216.
  public var colorCount: Int
  /// Whether anything but ASCII can be shown.
  public var isUnicode: Bool
  /// Whether the mouse is reported.
  public var hasMouse: Bool

  /// Creates a description of a terminal.
  public init(colorCount: Int = 256, isUnicode: Bool = true, hasMouse: Bool = true) {
    self.colorCount = colorCount
    self.isUnicode = isUnicode
    self.hasMouse = hasMouse
  }
}

/// Wakes the thread that waits for events of a terminal.
public struct TerminalWaker: Sendable {
  private let action: @Sendable () -> Void

  /// Creates a waker that calls `action`.
  public init(_ action: @escaping @Sendable () -> Void) { self.action = action }

  /// Makes the terminal report ``TerminalEvent/wake``; several calls may be reported as one.
  public func wake() { action() }
}

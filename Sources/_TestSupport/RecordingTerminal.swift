public import PlaygroundUI
import Synchronization

/// A terminal that keeps what was painted and reports events written down beforehand.
public final class RecordingTerminal: Terminal {
  /// The size it reports; changed by ``TerminalEvent/resize(_:)`` events.
  public private(set) var size: ScreenSize
  /// The capabilities it reports.
  public let capabilities: TerminalCapabilities
  /// Every screen painted so far.
  public private(set) var screens: [Screen] = []
  /// The theme of the last paint.
  public private(set) var theme: Theme?
  /// How often the program suspended itself.
  public private(set) var suspensionCount = 0
  /// How often the program asked for every cell to be drawn again.
  public private(set) var invalidationCount = 0

  private var events: [TerminalEvent]
  private let wakeups = WakeCounter()

  /// Creates a terminal that reports `events` in order, then nothing.
  public init(
    size: ScreenSize = ScreenSize(rows: 24, columns: 80), events: [TerminalEvent] = [],
    capabilities: TerminalCapabilities = TerminalCapabilities()
  ) {
    self.size = size
    self.events = events
    self.capabilities = capabilities
  }

  /// The screen painted last; `nil` before the first.
  public var screen: Screen? { screens.last }

  /// Adds events to those not reported yet.
  public func send(_ events: TerminalEvent...) { self.events += events }

  /// Counts its calls; each is reported once, after the events written down.
  public var waker: TerminalWaker {
    TerminalWaker { [wakeups] in wakeups.count.add(1, ordering: .relaxed) }
  }

  /// Keeps the screen.
  public func paint(_ screen: Screen, theme: Theme) {
    screens.append(screen)
    self.theme = theme
  }

  /// Counts the call.
  public func invalidate() { invalidationCount += 1 }

  /// Returns the next event written down, then one a call of the waker; never waits.
  public func nextEvent(timeout: Duration?) -> TerminalEvent? {
    if !events.isEmpty {
      let event = events.removeFirst()
      if case .resize(let size) = event { self.size = size }
      return event
    }
    guard wakeups.count.load(ordering: .relaxed) > 0 else { return nil }
    wakeups.count.subtract(1, ordering: .relaxed)
    return .wake
  }

  /// Counts the call and reports the end of the suspension as the next event.
  public func suspend() {
    suspensionCount += 1
    events.insert(.resume, at: 0)
  }
}

private final class WakeCounter: Sendable {
  let count = Atomic<Int>(0)
}

package import PlaygroundUI

/// Tells the terminal how far a run is, and that a long one has ended, where the user wants that.
package struct Announcer {
  /// A run of less than this ends unannounced.
  package static let longRun = Duration.seconds(5)

  private var start: ContinuousClock.Instant?
  private var shownPercent: Int?

  /// Creates an announcer that has said nothing.
  package init() {}

  /// Returns what to send after the state has changed: progress (OSC 9;4), a bell at the end.
  package mutating func sequence(
    for state: Playground.State, now: ContinuousClock.Instant = .now
  ) -> String? {
    guard state.preferences.announcement != .none else { return end() }
    guard state.isRunning else {
      let wasLong = start.map { now - $0 >= Self.longRun } ?? false
      let clear = end()
      guard wasLong, state.preferences.announcement == .bell else { return clear }
      return (clear ?? "") + "\u{7}"
    }
    if start == nil { start = now }
    let percent = state.progressPercent
    guard percent != shownPercent else { return nil }
    shownPercent = percent
    return "\u{1B}]9;4;1;\(percent)\u{1B}\\"
  }

  /// Returns what takes the progress away, if any was shown.
  package mutating func end() -> String? {
    start = nil
    guard shownPercent != nil else { return nil }
    shownPercent = nil
    return "\u{1B}]9;4;0\u{1B}\\"
  }
}

extension Playground {
  /// Returns the screens of the run that is shown, one a step, as somebody who watches it sees them.
  ///
  /// - Parameters:
  ///   - state: A state; nothing in it is computed.
  ///   - limit: The most screens, 2 or more; longer runs leave steps out, evenly.
  /// - Returns: At least one screen, the first that of the start, the last that of the end.
  public static func film(of state: State, limit: Int = 120) -> [Screen] {
    var state = state
    state.mode = nil
    state.view.notice = nil
    state.view.compared = []
    let head = state.session.shown.head
    let count = min(head + 1, max(2, limit))
    return (0..<count).map { index in
      let step = count > 1 ? index * head / (count - 1) : 0
      state.session.show(step: step)
      state.isRunning = step < head
      if let record = state.session.point.step { state.followKept(record) }
      return screen(for: state)
    }
  }
}

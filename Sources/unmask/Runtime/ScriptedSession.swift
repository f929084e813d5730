package import PlaygroundUI

/// The playground with keys from a list and no terminal: what takes time is done at once.
///
/// Deterministic: everything a key starts is finished before the next one, a run included.
package struct ScriptedSession {
  private var state: Playground.State
  private var effects: [Playground.Effect]
  private let work: PlaygroundWork

  /// Every step of the run that is shown, each as a screen.
  package var film: [Screen] { Playground.film(of: state) }

  /// Whether the program ended itself.
  package private(set) var isOver = false

  /// Creates a session that has just begun.
  package init(
    _ start: (state: Playground.State, effects: [Playground.Effect]), work: PlaygroundWork
  ) {
    (state, effects) = start
    self.work = work
    send(work.available)
  }

  /// The screen as it looks now.
  package var screen: Screen { Playground.screen(for: state) }

  /// How the playground looks and behaves now.
  package var preferences: Preferences { state.preferences }

  /// Presses a key and finishes what it starts.
  package mutating func press(_ key: Key) {
    send(.event(.key(key)))
    settle()
  }

  /// Does everything that is asked for, and what follows from it.
  package mutating func settle() {
    while !effects.isEmpty, !isOver { perform(effects.removeFirst()) }
  }

  private mutating func send(_ message: Playground.Message) {
    for effect in Playground.update(&state, with: message) {
      if effect == .cancel { dropWork() }
      if effect == .cancelScoring {
        effects.removeAll { if case .score = $0 { true } else { false } }
      }
      effects.append(effect)
    }
  }

  /// Drops the work for the model that waits: it was asked for before it was cancelled.
  private mutating func dropWork() {
    effects.removeAll {
      switch $0 {
      case .step, .look: true
      default: false
      }
    }
  }

  private mutating func perform(_ effect: Playground.Effect) {
    switch effect {
    case .scheduleTick(let number, _): send(.tick(number))
    case .exportScreen(let target):
      send(ExportJob(state, theme: preferences.theme.theme, target).message)
    case .copyText: send(.done("the text is copied"))
    // What was learned here is nobody's progress.
    case .repaint, .suspend, .cancel, .cancelScoring, .saveProgress: break
    case .quit: isOver = true
    default: for message in work.messages(for: effect) { send(message) }
    }
  }
}

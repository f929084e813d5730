/// The playground with no terminal and no model: states, messages, effects and screens.
///
/// The module is one loop, and every part of it is a value:
///
/// ```
///            ┌──────────── Message ◄───────────────┐
///            ▼                                     │
///   update(&State, with: Message) ──► [Effect] ──► runtime: terminal, model, files
///            │
///            ▼
///   screen(for: State) ──► Screen ──► runtime paints what differs
/// ```
///
/// - ``State`` holds everything the screen depends on: the tree of runs (``Session``), where the
///   view stands in it, which panel has the keyboard, what is being typed.
/// - ``update(_:with:)`` never computes a step, never waits, never fails. What takes time is handed
///   out as an ``Effect`` with a number, and comes back as a ``Message`` with the same number;
///   an answer whose number is no longer awaited is ignored, so cancelling needs no agreement.
/// - ``screen(for:)`` draws the state. It decides nothing, and the same state is the same screen.
///
/// A run is a list of points: the canvas after each step, what the predictor thought of it, and the
/// sampler's state, a value from which the run can go on. Going back is only looking at an earlier
/// point; changing something there makes a branch, and the old future stays. What is drawn is read
/// off the records, not off the sampler, so a trace is shown by the same code with no model.
public enum Playground {
  /// The number of candidates asked for at each position.
  public static let candidateCount = 8

  /// The smallest screen there is room on for more than the canvas.
  public static let smallestSize = ScreenSize(rows: 18, columns: 60)
}

import Synchronization
import Training

/// What the thread that trains tells the one that shows, and the other way round.
final class TrainingBoard: Sendable {
  struct State {
    /// Lines nobody has printed yet.
    var news: [String] = []
    /// Smoothed losses by step, thinned out where they are many.
    var curve = LossCurve()
    var report: StepReport?
    var progress = RunProgress()
    var done = 0.0
    var positionsPerSecond = 0.0
    /// The text that was generated last, always from the same seed.
    var sample: String?
    /// What the world's checker says of it.
    var verdict: String?
    var isPaused = false
    var isFinished = false
    var failure: (any Error)?

    /// One line that says how far the run is.
    var summary: String {
      var parts = ["step \(progress.step)", clock(progress.seconds)]
      if let loss = curve.last { parts.append("loss \(fixed(loss, 3))") }
      if let bound = progress.bound { parts.append("bound \(fixed(bound, 3))") }
      return parts.joined(separator: " · ")
    }
  }

  let state = Mutex(State())

  /// What made the run fail.
  var error: (any Error)? { state.withLock { $0.failure } }

  /// The seconds until the run is over, by its pace so far.
  static func secondsLeft(_ state: State, since start: (done: Double, seconds: Double)) -> Double? {
    let gained = state.done - start.done, passed = state.progress.seconds - start.seconds
    guard gained > 0, passed > 0 else { return nil }
    return (1 - state.done) * passed / gained
  }
}

/// Minutes and seconds, with hours where there are any.
func clock(_ seconds: Double) -> String {
  let whole = Int(max(0, seconds).rounded())
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  let rest = "\(two(whole / 60 % 60)):\(two(whole % 60))"
  return whole >= 3600 ? "\(whole / 3600):\(rest)" : rest
}

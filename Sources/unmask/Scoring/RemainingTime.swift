/// How long the rest of some work will take, judged by the speed so far.
struct RemainingTime {
  private let all: Int
  private var done = 0
  /// What this run itself has done.
  private var worked = 0
  private let start = ContinuousClock.now

  /// Creates an estimate for work of `all` units.
  init(all: Int) { self.all = all }

  /// Counts work that was done before.
  mutating func skip(_ units: Int) { done += units }

  /// Counts work that was done now.
  mutating func advance(_ units: Int) {
    done += units
    worked += units
  }

  /// The share that is done, 0...1.
  var share: Double { all == 0 ? 1 : Double(done) / Double(all) }

  /// The seconds left; `nil` before anything was done.
  var seconds: Double? {
    guard worked > 0 else { return nil }
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    return elapsed / Double(worked) * Double(all - done)
  }

  /// The time left: “3 min left”.
  var text: String { seconds.map { "\(Self.text($0)) left" } ?? "" }

  /// `seconds` in the unit that suits them.
  static func text(_ seconds: Double) -> String {
    switch seconds {
    case ..<99: "\(fixed(seconds, 0)) s"
    case ..<5940: "\(fixed(seconds / 60, 0)) min"
    default: "\(fixed(seconds / 3600, 1)) h"
    }
  }
}

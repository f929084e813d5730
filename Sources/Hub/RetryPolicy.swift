/// How often something is tried, and how long is waited in between.
package struct RetryPolicy: Equatable, Sendable {
  /// The attempts that may fail one after the other.
  package var attempts: Int
  /// The seconds before the second attempt; twice as many before each further one.
  package var firstDelay: Double
  /// The most seconds to wait.
  package var greatestDelay: Double
  /// The most seconds to wait because the server asks for it.
  package var greatestAskedDelay: Double

  /// Creates a policy; by default six attempts within about half a minute.
  package init(
    attempts: Int = 6, firstDelay: Double = 1, greatestDelay: Double = 60,
    greatestAskedDelay: Double = 600
  ) {
    self.attempts = attempts
    self.firstDelay = firstDelay
    self.greatestDelay = greatestDelay
    self.greatestAskedDelay = greatestAskedDelay
  }

  /// Returns the seconds to wait after `failures` attempts, 1 or more, have failed.
  package func delay(after failures: Int, asked: Int? = nil) -> Double {
    if let asked { return min(Double(asked), greatestAskedDelay) }
    var delay = firstDelay
    for _ in 1..<max(1, failures) { delay = min(delay * 2, greatestDelay) }
    return min(delay, greatestDelay)
  }
}

internal import Glibc

/// The learning rate over a run, as a share of its largest value.
package struct LearningRateSchedule: Equatable, Sendable {
  package enum Form: String, CaseIterable, Sendable {
    /// Half a period of a cosine, down to a tenth.
    case cosine
    /// A level, then straight down to nothing.
    case trapezoid
  }

  package var form: Form

  /// Steps until the rate is at its largest.
  package var warmUpSteps: Int

  /// The share of a run over which a trapezoid descends.
  package var descent: Double

  /// What is left at the end of a cosine.
  private static let cosineFloor = 0.1

  package init(form: Form = .trapezoid, warmUpSteps: Int = 100, descent: Double = 0.5) {
    self.form = form
    self.warmUpSteps = warmUpSteps
    self.descent = descent
  }

  /// The share of the largest rate.
  ///
  /// - Parameters:
  ///   - step: The number of steps taken before.
  ///   - progress: How much of the run is over, 0...1: by steps or by the clock.
  /// - Returns: A number in 0...1.
  package func share(step: Int, progress: Double) -> Double {
    let warm = warmUpSteps > 0 ? min(1, Double(step + 1) / Double(warmUpSteps)) : 1
    let progress = min(1, max(0, progress))
    switch form {
    case .cosine:
      return warm
        * (Self.cosineFloor + (1 - Self.cosineFloor) * (1 + cos(Double.pi * progress)) / 2)
    case .trapezoid:
      return warm * (descent > 0 ? min(1, (1 - progress) / descent) : 1)
    }
  }
}

/// A rule for how many masked positions each denoising step unmasks, and for the times it visits.
public protocol TransferSchedule: Sendable {
  /// The name, summary, source and parameters shown by the command line and the playground.
  static var descriptor: AlgorithmDescriptor { get }

  /// Creates a schedule from parameter values already checked against ``descriptor``.
  init(parameters: ParameterValues)

  /// Returns the steps that unmask `maskedCount` positions.
  ///
  /// - Parameters:
  ///   - maskedCount: The number of masked positions, 0 or more.
  ///   - stepCount: The number of denoising steps, 1 or more.
  /// - Returns: At most `stepCount` steps; their transfer counts add up to `maskedCount`.
  func steps(maskedCount: Int, stepCount: Int) -> [PlannedStep]
}

/// One step of a plan: from time t to s < t.
public struct PlannedStep: Equatable, Sendable {
  /// The time t before the step, in 0...1; 1 = all masked.
  public var time: Float
  /// The time s after the step.
  public var nextTime: Float
  /// α(t), the share left unmasked by the forward process at `time`.
  public var alpha: Float
  /// α(s).
  public var nextAlpha: Float
  /// The probability with which ancestral sampling unmasks a masked position in this step,
  /// (α(s) − α(t)) / (1 − α(t)); 1 in the last step.
  public var transferProbability: Float
  /// The number of positions to unmask, for strategies that rank candidates.
  public var transferCount: Int

  /// Creates a planned step.
  public init(
    time: Float, nextTime: Float, alpha: Float, nextAlpha: Float, transferProbability: Float,
    transferCount: Int
  ) {
    self.time = time
    self.nextTime = nextTime
    self.alpha = alpha
    self.nextAlpha = nextAlpha
    self.transferProbability = transferProbability
    self.transferCount = transferCount
  }
}

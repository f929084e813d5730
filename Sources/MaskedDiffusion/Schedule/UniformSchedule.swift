/// Splits the masked positions as evenly as the steps allow; earlier steps take the remainder.
///
/// - SeeAlso: Nie et al., “Large Language Diffusion Models”, arXiv:2502.09992; LLaDA
///   `generate.py`, `get_num_transfer_tokens`.
public struct UniformSchedule: TransferSchedule {
  /// The descriptor of `uniform`.
  public static let descriptor = AlgorithmDescriptor(
    name: "uniform", summary: "The same number of tokens in every step of a block",
    source: "LLaDA get_num_transfer_tokens")

  /// Creates the schedule; it has no parameters.
  public init(parameters: ParameterValues) {}

  /// Returns `stepCount` steps; with more steps than tokens the last ones unmask nothing.
  public func steps(maskedCount: Int, stepCount: Int) -> [PlannedStep] {
    let (quotient, remainder) = maskedCount.quotientAndRemainder(dividingBy: stepCount)
    return (0..<stepCount).map { index in
      evenlySpacedStep(
        index: index, of: stepCount, transferCount: quotient + (index < remainder ? 1 : 0))
    }
  }
}

/// Keeps the rounded-down share of positions masked that an even pace leaves masked.
///
/// - SeeAlso: Peng et al., “Path Planning for Masked Diffusion Model Sampling”, arXiv:2502.03540
///   (κ(t) = t); RND1 `rnd/sampling.py`.
public struct ProportionalSchedule: TransferSchedule {
  /// The descriptor of `proportional`.
  public static let descriptor = AlgorithmDescriptor(
    name: "proportional",
    summary: "Keeps masked what an even pace leaves, rounded down (kappa(t) = t)",
    source: "P2 path_planning_sampler, arXiv:2502.03540; RND1")

  /// Creates the schedule; it has no parameters.
  public init(parameters: ParameterValues) {}

  /// Returns `stepCount` steps; after step i, ⌊masked · (1 − i/steps)⌋ positions are left.
  public func steps(maskedCount: Int, stepCount: Int) -> [PlannedStep] {
    var masked = maskedCount
    return (0..<stepCount).map { index in
      let left = Int(Float(maskedCount) * (1 - Float(index + 1) / Float(stepCount)))
      defer { masked = left }
      return evenlySpacedStep(index: index, of: stepCount, transferCount: masked - left)
    }
  }
}

/// A step of a linear process whose times are evenly spaced from 1 to 0.
private func evenlySpacedStep(index: Int, of stepCount: Int, transferCount: Int) -> PlannedStep {
  let time = 1 - Float(index) / Float(stepCount)
  let nextTime = 1 - Float(index + 1) / Float(stepCount)
  return PlannedStep(
    time: time, nextTime: nextTime, alpha: 1 - time, nextAlpha: 1 - nextTime,
    transferProbability: 1 / Float(stepCount - index), transferCount: transferCount)
}

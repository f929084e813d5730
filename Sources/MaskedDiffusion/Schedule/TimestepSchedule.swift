/// Times evenly spaced from 1 to eps; each step unmasks the share 1 − s/t of what is masked,
/// rounded down.
///
/// Rounding leaves work to the last step, which unmasks whatever is left: 10 tokens in 4 steps go
/// 2, 2, 2, 4. All arithmetic is in single precision, because for some combinations the rounding
/// decides (512 tokens in 512 steps).
///
/// - SeeAlso: SMDM `eval/gen_model_answer.py`, `diff_sample`; Dream `generation_utils.py`.
public struct TimestepSchedule: TransferSchedule {
  /// The descriptor of `timestep`.
  public static let descriptor = AlgorithmDescriptor(
    name: "timestep",
    summary: "Times evenly spaced from 1 to eps; the share 1 - s/t of the masks, rounded down",
    source: "SMDM diff_sample (eps 1e-5), Dream diffusion_generate (eps 1e-3)",
    parameters: [
      ParameterDescriptor(
        name: "eps", summary: "the time of the last step",
        kind: .number(range: 0...0.5, defaultValue: 1e-5))
    ])

  private let eps: Float

  /// Creates the schedule; `eps` is the last time.
  public init(parameters: ParameterValues) {
    eps = Float(Self.descriptor.number("eps", in: parameters))
  }

  /// Returns `stepCount` steps; with more steps than tokens the first ones unmask nothing.
  public func steps(maskedCount: Int, stepCount: Int) -> [PlannedStep] {
    let times = Self.times(stepCount: stepCount, eps: eps)
    var masked = maskedCount
    return (0..<stepCount).map { index in
      let time = times[index]
      let nextTime = times[index + 1]
      let isLast = index == stepCount - 1
      let share = 1 - nextTime / time
      let count = isLast ? masked : Int(Float(masked) * share)
      masked -= count
      return PlannedStep(
        time: time, nextTime: nextTime, alpha: 1 - time, nextAlpha: 1 - nextTime,
        transferProbability: isLast ? 1 : share, transferCount: count)
    }
  }

  /// The times as `torch.linspace(1, eps, stepCount + 1)` computes them in single precision, bit
  /// for bit: from both ends, with one rounding per time.
  static func times(stepCount: Int, eps: Float) -> [Float] {
    let delta = (eps - 1) / Float(stepCount)
    return (0...stepCount).map { index in
      index < (stepCount + 1) / 2
        ? Float(1).addingProduct(delta, Float(index))
        : eps.addingProduct(-delta, Float(stepCount - index))
    }
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Follows the forward process with α(t) = 1 − t: the expected number of tokens, rounded to the
/// nearest; steps that would unmask nothing are left out.
///
/// - SeeAlso: dllm `core/samplers/utils.py`, `get_num_transfer_tokens`, linear scheduler.
public struct LinearSchedule: TransferSchedule {
  /// The descriptor of `linear`.
  public static let descriptor = AlgorithmDescriptor(
    name: "linear", summary: "The forward process alpha(t) = 1 - t; empty steps are left out",
    source: "dllm get_num_transfer_tokens, LinearAlphaScheduler")

  /// Creates the schedule; it has no parameters.
  public init(parameters: ParameterValues) {}

  /// Returns at most `stepCount` steps, each unmasking something.
  public func steps(maskedCount: Int, stepCount: Int) -> [PlannedStep] {
    alphaSteps(maskedCount: maskedCount, stepCount: stepCount) { 1 - $0 }
  }
}

/// Follows the forward process with α(t) = 1 − cos(π/2 · (1 − t)): few tokens first, many later.
///
/// - SeeAlso: dllm `core/samplers/utils.py`, `get_num_transfer_tokens`, cosine scheduler; Chang et
///   al., “MaskGIT”, arXiv:2202.04200.
public struct CosineSchedule: TransferSchedule {
  /// The descriptor of `cosine`.
  public static let descriptor = AlgorithmDescriptor(
    name: "cosine", summary: "Few tokens first, many later: alpha(t) = 1 - cos(pi/2 (1 - t))",
    source: "dllm get_num_transfer_tokens, CosineAlphaScheduler; arXiv:2202.04200")

  /// Creates the schedule; it has no parameters.
  public init(parameters: ParameterValues) {}

  /// Returns at most `stepCount` steps, each unmasking something.
  public func steps(maskedCount: Int, stepCount: Int) -> [PlannedStep] {
    alphaSteps(maskedCount: maskedCount, stepCount: stepCount) {
      1 - cosf(Float.pi / 2 * (1 - $0))
    }
  }
}

/// The steps of the process `alpha`: the count is masked · (1 − (1 − α(s)) / (1 − α(t))), the
/// ratio in single and the product in double precision, rounded half to even.
private func alphaSteps(
  maskedCount: Int, stepCount: Int, alpha: (_ time: Float) -> Float
) -> [PlannedStep] {
  var masked = maskedCount
  var steps: [PlannedStep] = []
  for index in stride(from: stepCount, to: 0, by: -1) {
    let time = Float(index) / Float(stepCount)
    let nextTime = Float(index - 1) / Float(stepCount)
    let probability = 1 - (1 - alpha(nextTime)) / (1 - alpha(time))
    let expected = (Double(masked) * Double(probability)).rounded(.toNearestOrEven)
    let count = index == 1 ? masked : min(masked, Int(expected))
    masked -= count
    guard count > 0 else { continue }
    steps.append(
      PlannedStep(
        time: time, nextTime: nextTime, alpha: alpha(time), nextAlpha: alpha(nextTime),
        transferProbability: index == 1 ? 1 : probability, transferCount: count))
  }
  return steps
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Leaves the share γ(ρ) of the masks after the share ρ of the steps, rounded down.
///
/// Every step but the last leaves at least one mask and unmasks at least one position.
///
/// - SeeAlso: Chang et al., “MaskGIT”, arXiv:2202.04200; `maskgit/libml/mask_schedule.py`.
public struct MaskGITSchedule: TransferSchedule {
  /// The descriptor of `maskgit`.
  public static let descriptor = AlgorithmDescriptor(
    name: "maskgit", summary: "The share of masks left is a function of the share of steps done",
    source: "MaskGIT mask_schedule.py, arXiv:2202.04200",
    parameters: [
      ParameterDescriptor(
        name: "gamma", summary: "the function",
        kind: .choice(options: Gamma.allCases.map(\.rawValue), defaultValue: "cosine")),
      ParameterDescriptor(
        name: "power", summary: "the exponent of pow",
        kind: .number(range: 0.01...100, defaultValue: 2)),
    ])

  /// The share of masks left as a function of the share of steps done.
  public enum Gamma: String, CaseIterable, Sendable {
    /// cos(π ρ / 2).
    case cosine
    /// 1 − ρ.
    case uniform
    /// 1 − ρ to a power.
    case pow
    /// −log₂ ρ / log₂ n.
    case log
    /// 1 − 2 to the power of −log₂ n · (1 − ρ).
    case exp
  }

  private let gamma: Gamma
  private let power: Double

  /// Creates the schedule.
  public init(parameters: ParameterValues) {
    gamma = Gamma(rawValue: Self.descriptor.choice("gamma", in: parameters)) ?? .cosine
    power = Self.descriptor.number("power", in: parameters)
  }

  /// Returns at most `stepCount` steps, each of which unmasks something.
  public func steps(maskedCount: Int, stepCount: Int) -> [PlannedStep] {
    var masked = maskedCount
    var steps: [PlannedStep] = []
    for index in 0..<stepCount where masked > 0 {
      let share = Double(index + 1) / Double(stepCount)
      let wanted = Int(Double(maskedCount) * left(share, maskedCount: maskedCount))
      let left = index == stepCount - 1 ? 0 : max(1, min(masked - 1, wanted))
      let count = max(0, masked - left)
      // One mask is kept for the last step, so there may be nothing to do before it.
      guard count > 0 else { continue }
      let time = Float(1 - Double(index) / Double(stepCount))
      let nextTime = Float(1 - share)
      steps.append(
        PlannedStep(
          time: time, nextTime: nextTime, alpha: 1 - time, nextAlpha: 1 - nextTime,
          transferProbability: Float(count) / Float(masked), transferCount: count))
      masked = left
    }
    return steps
  }

  private func left(_ share: Double, maskedCount: Int) -> Double {
    let bits = log2(Double(max(2, maskedCount)))
    let value =
      switch gamma {
      case .cosine: cos(.pi / 2 * share)
      case .uniform: 1 - share
      case .pow: 1 - Self.power(share, power)
      case .log: -log2(share) / bits
      case .exp: 1 - exp2(-bits * (1 - share))
      }
    return min(1, max(1e-6, value))
  }

  private static func power(_ base: Double, _ exponent: Double) -> Double {
    exp2(exponent * log2(base))
  }
}

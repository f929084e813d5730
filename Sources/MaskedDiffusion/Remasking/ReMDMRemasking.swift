#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Ancestral sampling that masks unmasked tokens again with probability σ, so that mistakes can be
/// repaired, while the share of masks stays what it would be without.
///
/// A masked position is unmasked with probability (α(s) − (1 − σ) α(t)) / (1 − α(t)).
///
/// - SeeAlso: Wang et al., “Remasking Discrete Diffusion Models with Inference-Time Scaling”,
///   arXiv:2503.00307; remdm `diffusion.py`, `_ddpm_caching_update`.
public struct ReMDMRemasking: RemaskingStrategy {
  /// The descriptor of `remdm`.
  public static let descriptor = AlgorithmDescriptor(
    name: "remdm", summary: "Ancestral, but unmasked tokens may be masked again",
    source: "ReMDM, arXiv:2503.00307",
    parameters: [
      ParameterDescriptor(
        name: "rule", summary: "how the chance to be masked again is chosen",
        kind: .choice(options: Rule.allCases.map(\.rawValue), defaultValue: Rule.cap.rawValue)),
      ParameterDescriptor(
        name: "eta",
        summary: "strength; unused by conf and forward-backward",
        // As published for each rule.
        kind: .number(
          range: 0...1,
          defaultValue: .depending(
            on: "rule",
            [
              ("cap", 0.008), ("rescale", 0.015), ("conf", 1), ("loop", 0.02),
              ("forward-backward", 1),
            ]))),
      ParameterDescriptor(
        name: "t-on", summary: "loop: the time at which the loop begins",
        kind: .number(range: 0.01...0.99, defaultValue: 0.55)),
      ParameterDescriptor(
        name: "t-off", summary: "loop: the time at which it ends",
        kind: .number(range: 0.01...0.99, defaultValue: 0.05)),
      ParameterDescriptor(
        name: "alpha-on", summary: "loop: the share unmasked meanwhile",
        kind: .number(range: 0.01...0.99, defaultValue: 0.9)),
    ])

  /// Paced by the schedule's times; masks again.
  public static let traits = StrategyTraits(pacing: .ancestral, remasks: true)

  /// How σ is chosen.
  public enum Rule: String, CaseIterable, Sendable {
    /// At most η.
    case cap
    /// η times the largest value that keeps the share of masks.
    case rescale
    /// That largest value, shared out to the tokens that were unmasked with little confidence.
    case conf
    /// Unmask most first, then mask and unmask at a constant share, then finish.
    case loop
    /// What undoes a step on average, so that each token is drawn twice (forward-backward).
    case forwardBackward = "forward-backward"
  }

  private let rule: Rule
  private let eta: Double
  private let timeOn: Double
  private let timeOff: Double
  private let alphaOn: Double

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    rule = Rule(rawValue: Self.descriptor.choice("rule", in: parameters)) ?? .cap
    eta = Self.descriptor.number("eta", in: parameters)
    timeOn = Self.descriptor.number("t-on", in: parameters)
    timeOff = Self.descriptor.number("t-off", in: parameters)
    alphaOn = Self.descriptor.number("alpha-on", in: parameters)
  }

  /// Draws for each masked position whether it is unmasked, and for each unmasked one whether it
  /// is masked again.
  public func decision(in context: StepContext) -> StepDecision {
    guard !context.isLast else {
      return StepDecision(unmasked: context.candidates.map(\.position))
    }
    let step = transition(in: context)
    let probability =
      (step.nextAlpha - (1 - step.sigma) * step.alpha) / max(1 - step.alpha, .leastNormalMagnitude)
    let shares = confidenceShares(of: context.unmasked)
    let unmasked = context.candidates.map(\.position).filter {
      context.uniform(for: .transfer, position: $0) < probability
    }
    let remasked = zip(context.unmasked, shares).filter { token, share in
      context.uniform(for: .remask, position: token.position) < step.sigma * share
    }
    return StepDecision(unmasked: unmasked, remasked: remasked.map(\.0.position))
  }

  /// Says that chance decided.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(
      for: decision,
      kept: context.isLast
        ? "all that was left" : "drawn from \(context.guesses), each with the same chance",
      remasked: "drawn, so that mistakes can be mended"
    ) { $0.ranking.confidence }
  }

  private struct Transition {
    var alpha: Double
    var nextAlpha: Double
    var sigma: Double
  }

  private func transition(in context: StepContext) -> Transition {
    let alpha = Double(context.plan.alpha)
    let nextAlpha = Double(context.plan.nextAlpha)
    let ratio = alpha > 0 ? (1 - nextAlpha) / alpha : .infinity
    switch rule {
    case .cap: return Transition(alpha: alpha, nextAlpha: nextAlpha, sigma: min(eta, ratio))
    case .rescale:
      return Transition(alpha: alpha, nextAlpha: nextAlpha, sigma: eta * min(1, ratio))
    case .conf: return Transition(alpha: alpha, nextAlpha: nextAlpha, sigma: min(1, ratio))
    case .loop: return loopTransition(context.plan)
    case .forwardBackward:
      let back = alpha > 0 ? min(1, (nextAlpha - alpha) / alpha) : 1
      return Transition(alpha: alpha, nextAlpha: nextAlpha, sigma: back)
    }
  }

  private func loopTransition(_ plan: PlannedStep) -> Transition {
    let time = Double(plan.time)
    let nextTime = Double(plan.nextTime)
    if time > timeOn {
      let slope = alphaOn / (1 - timeOn)
      return Transition(
        alpha: (1 - time) * slope, nextAlpha: min(1, (1 - nextTime) * slope), sigma: 0)
    }
    if time <= timeOff {
      let slope = (1 - alphaOn) / timeOff
      return Transition(alpha: 1 - time * slope, nextAlpha: 1 - nextTime * slope, sigma: 0)
    }
    return Transition(alpha: alphaOn, nextAlpha: alphaOn, sigma: eta)
  }

  /// The share of σ each unmasked token gets: softmax of −confidence for `conf`, all of it else.
  private func confidenceShares(of tokens: [UnmaskedToken]) -> [Double] {
    guard rule == .conf else { return Array(repeating: 1, count: tokens.count) }
    let weights = tokens.map { exp(-$0.confidence) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Ancestral sampling whose rates are raised in both directions: positions are unmasked faster, and as
/// many more masked again, so that the share of masks stays what it is without, and tokens are drawn
/// several times.
///
/// At time t masks are unmasked at the rate a / t and tokens masked at the rate b / (1 − t), with
/// a = 10 (t (1 − t))^¼ + 1 and b = a − 1. A step is as long as a probability of 1 allows.
///
/// - SeeAlso: Gat et al., “Discrete Flow Matching”, arXiv:2407.15595; remdm `diffusion.py`, the DFM
///   corrector.
public struct DFMStrategy: SamplingStrategy {
  /// The descriptor of `dfm`.
  public static let descriptor = AlgorithmDescriptor(
    name: "dfm", summary: "Ancestral, with more unmasking and as much more masking",
    source: "DFM corrector, arXiv:2407.15595; remdm diffusion.py",
    parameters: [
      ParameterDescriptor(
        name: "strength", summary: "how much more; 0 is ancestral",
        kind: .number(range: 0...100, defaultValue: 10))
    ])

  /// Paced by itself; masks again.
  public static let traits = StrategyTraits(pacing: .adaptive, remasks: true, decidesEnd: true)

  /// The time that is left.
  public struct Memory: StrategyMemory {
    var time = 1.0

    /// Creates the memory of a run that begins.
    public init() {}
  }

  private let strength: Double

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    strength = Self.descriptor.number("strength", in: parameters)
  }

  /// Draws for each position whether it changes.
  public func move(
    in context: StepContext, memory: Memory, answers: [Answer]
  ) -> StrategyMove<Memory> {
    let time = memory.time
    let back = strength * pow(time * (1 - time), 0.25)
    let unmaskRate = (back + 1) / time
    let maskRate = time < 1 ? back / (1 - time) : 0
    let length = min(1 / Double(max(1, context.blockSteps)), 1 / (unmaskRate + maskRate))
    let next = time - length
    // The rates grow without bound at the end; what is left then is unmasked.
    guard next > 1e-3 else {
      var decision = StepDecision(unmasked: context.candidates.map(\.position))
      decision.endsBlock = true
      return .decide(decision, Memory())
    }
    let decision = StepDecision(
      unmasked: context.candidates.map(\.position).filter {
        context.uniform(for: .transfer, position: $0) < unmaskRate * length
      },
      remasked: context.unmasked.map(\.position).filter {
        context.uniform(for: .remask, position: $0) < maskRate * length
      })
    var left = memory
    left.time = next
    return .decide(decision, left)
  }

  /// Says that chance decided.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(
      for: decision, kept: "drawn from \(context.guesses), each with the same chance",
      remasked: "drawn, to be drawn anew"
    ) { $0.ranking.confidence }
  }
}

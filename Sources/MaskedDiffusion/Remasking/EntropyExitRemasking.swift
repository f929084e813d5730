#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Keeps the least uncertain candidates: those below an entropy, and as many as a schedule asks for.
///
/// The schedule is the strategy's own: of n masks, step i of N keeps n · f, rounded, at least one.
///
/// - SeeAlso: diffuse-rs `src/model/sampler.rs`; diffuse-cpp `src/diffuse-sampler.cpp`.
public struct EntropyExitRemasking: RemaskingStrategy {
  /// The descriptor of `entropy-exit`.
  public static let descriptor = AlgorithmDescriptor(
    name: "entropy-exit", summary: "Keep everything below an entropy, and at least what is due",
    source: "diffuse-rs sampler.rs; diffuse-cpp diffuse-sampler.cpp",
    parameters: [
      ParameterDescriptor(
        name: "threshold", summary: "the entropy below which a candidate is kept, in nats",
        kind: .number(range: 0...100, defaultValue: 1.5)),
      ParameterDescriptor(
        name: "pace", summary: "how much is due in each step",
        kind: .choice(options: ["cosine", "linear"], defaultValue: "cosine")),
    ])

  /// Paced by itself.
  public static let traits = StrategyTraits(pacing: .adaptive)

  private let threshold: Double
  private let isCosine: Bool

  /// Creates the strategy.
  public init(parameters: ParameterValues) {
    threshold = Self.descriptor.number("threshold", in: parameters)
    isCosine = Self.descriptor.choice("pace", in: parameters) == "cosine"
  }

  /// Keeps the easy ones, at least those that are due.
  public func decision(in context: StepContext) -> StepDecision {
    let ranked = context.rankedCandidates { -$0.unmodified.entropy }
    let easy = ranked.prefix { $0.unmodified.entropy < threshold }.count
    let step = min(context.stepInBlock, context.blockSteps - 1)
    let due = (Double(ranked.count) * share(step: step, of: context.blockSteps)).rounded()
    let count = max(1, Int(due), easy)
    return StepDecision(unmasked: ranked.prefix(count).map(\.position).sorted())
  }

  /// Shows the entropy of the least uncertain.
  public func reason(for decision: StepDecision, in context: StepContext) -> StepReason {
    context.reason(
      for: decision, superlative: "least uncertain", value: { $0.unmodified.entropy }
    ) { -$0.unmodified.entropy }
  }

  /// The share of the masks that is due in step `step` of `count`; 1 in the last.
  private func share(step: Int, of count: Int) -> Double {
    guard step < count - 1 else { return 1 }
    guard isCosine else { return 1 / Double(count - step) }
    let now = cos(.pi * Double(step) / Double(2 * count))
    return (now - cos(.pi * Double(step + 1) / Double(2 * count))) / now
  }
}

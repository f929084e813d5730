/// Every remasking strategy, in the order menus show them.
public enum RemaskingRegistry {
  /// The entries, one a strategy.
  public static let all: [Entry] = [
    Entry(AncestralRemasking.self),
    Entry(DDPMRemasking.self),
    Entry(FirstHittingRemasking.self),
    Entry(LowConfidenceRemasking.self),
    Entry(RandomRemasking.self),
    Entry(MarginRemasking.self),
    Entry(EntropyRemasking.self),
    Entry(LeftToRightRemasking.self),
    Entry(MaskGITRemasking.self),
    Entry(ConfidenceThresholdRemasking.self),
    Entry(SubBlockRemasking.self),
    Entry(FactorRemasking.self),
    Entry(LocalLeapRemasking.self),
    Entry(EntropyBoundedRemasking.self),
    Entry(EntropyExitRemasking.self),
    Entry(QuotaThresholdRemasking.self),
    Entry(SpacedThresholdRemasking.self),
    Entry(SlidingWindowRemasking.self),
    Entry(DilatedRemasking.self),
    Entry(OrderGraphRemasking.self),
    Entry(AdaptiveOrderStrategy.self),
    Entry(PCStrategy.self),
    Entry(DAWNStrategy.self),
    Entry(HierarchyRemasking.self),
    Entry(CreditStrategy.self),
    Entry(KLASSStrategy.self),
    Entry(LESSStrategy.self),
    Entry(InfoGainStrategy.self),
    Entry(SOARStrategy.self),
    Entry(LinearSpeculationStrategy.self),
    Entry(S2D2Strategy.self),
    Entry(TAPSStrategy.self),
    Entry(ReMDMRemasking.self),
    Entry(P2Remasking.self),
    Entry(WINOStrategy.self),
    Entry(DFMStrategy.self),
    Entry(HierarchyRemaskStrategy.self),
    Entry(RefillStrategy.self),
    Entry(CORERemasking.self),
    Entry(EditingStrategy.self),
    Entry(InDelStrategy.self),
    Entry(DAEDALStrategy.self),
    Entry(RhoEOSStrategy.self),
  ]

  /// Returns the entry `selection` names, after checking its parameters.
  ///
  /// - Throws: ``SamplerError/unknownAlgorithm(kind:name:nearest:)`` and what
  ///   ``AlgorithmDescriptor/check(_:)`` throws.
  public static func entry(for selection: AlgorithmSelection) throws(SamplerError) -> Entry {
    try all.entry(for: selection, kind: "strategy")
  }

  /// A strategy that can be chosen by name.
  public struct Entry: AlgorithmEntry, Sendable, CustomStringConvertible {
    /// How the strategy presents itself.
    public let descriptor: AlgorithmDescriptor
    /// How it is paced, and what it looks at.
    public let traits: StrategyTraits
    /// Creates the strategy from parameters that `descriptor` accepts.
    public let make: @Sendable (_ parameters: ParameterValues) -> any SamplingStrategy

    init<Strategy: SamplingStrategy>(_: Strategy.Type) {
      descriptor = Strategy.descriptor
      traits = Strategy.traits
      make = { Strategy(parameters: $0) }
    }

    /// The name.
    public var description: String { descriptor.name }
  }
}

/// Every cache policy, in the order menus show them.
public enum CachePolicyRegistry {
  /// The entries, one a policy.
  public static let all: [Entry] = [
    Entry(NoCache.self),
    Entry(BlocksCache.self),
    Entry(PrefixCache.self),
    Entry(DualCache.self),
    Entry(VicinityCache.self),
    Entry(DelayedCache.self),
    Entry(InterStepCache.self),
    Entry(DCDCache.self),
    Entry(DSBCache.self),
  ]

  /// Returns the entry `selection` names, after checking its parameters.
  ///
  /// - Throws: ``SamplerError/unknownAlgorithm(kind:name:nearest:)`` and what
  ///   ``AlgorithmDescriptor/check(_:)`` throws.
  public static func entry(for selection: AlgorithmSelection) throws(SamplerError) -> Entry {
    try all.entry(for: selection, kind: "cache")
  }

  /// A policy that can be chosen by name.
  public struct Entry: AlgorithmEntry, Sendable, CustomStringConvertible {
    /// How the policy presents itself.
    public let descriptor: AlgorithmDescriptor
    /// What the sampler has to know about it.
    public let traits: CacheTraits
    /// Creates the policy from parameters that `descriptor` accepts.
    public let make: @Sendable (_ parameters: ParameterValues) -> any CachePolicy

    init<Policy: CachePolicy>(_: Policy.Type) {
      descriptor = Policy.descriptor
      traits = Policy.traits
      make = { Policy(parameters: $0) }
    }

    /// The name.
    public var description: String { descriptor.name }
  }
}

extension AlgorithmSelection {
  /// The cache policy that keeps nothing.
  public static let noCache = AlgorithmSelection("none")
}

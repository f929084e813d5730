/// A way to turn predictions of masked tokens into the likelihood of an answer.
///
/// An estimator asks for samples: each is a list of partly masked answers with weights, and its
/// value Σ weight · (−ln p) over the scored tokens. The estimate is the mean of all samples. It
/// bounds −ln p(answer ∣ prompt) from above in expectation, except where the summary says that it
/// is the value of one order.
public protocol LikelihoodEstimator: Sendable {
  /// Name, summary, source and parameters.
  static var descriptor: AlgorithmDescriptor { get }

  /// Creates the estimator from parameters that ``descriptor`` accepts.
  init(parameters: ParameterValues)

  /// Whether every sample is the same, so that one is enough and there is no error of chance.
  static var isDeterministic: Bool { get }

  /// The number of samples that are drawn together and depend on each other, 1 or more; the means
  /// of different groups are independent.
  var groupSize: Int { get }

  /// Returns one sample.
  ///
  /// - Parameters:
  ///   - index: The number of the sample, from 0.
  ///   - length: The number of tokens of the answer, 1 or more.
  ///   - random: Random numbers; the same ones give the same sample.
  /// - Returns: Maskings of an answer of `length` tokens. A sample may be empty: its value is 0.
  /// - Throws: ``LikelihoodError/tooLongToEnumerate(length:longest:)``.
  func sample(
    _ index: Int, length: Int, random: any RandomSource
  ) throws(LikelihoodError) -> [AnswerMasking]
}

extension LikelihoodEstimator {
  /// Samples are random.
  public static var isDeterministic: Bool { false }

  /// Samples are independent.
  public var groupSize: Int { 1 }
}

/// Every estimator of likelihoods, in the order menus show them.
public enum LikelihoodRegistry {
  /// The entries, one an estimator.
  public static let all: [Entry] = [
    Entry(MonteCarloLikelihood.self),
    Entry(ExactCountLikelihood.self),
    Entry(ChainRuleLikelihood.self),
    Entry(EnumeratedLikelihood.self),
    Entry(RandomOrderLikelihood.self),
  ]

  /// Returns the entry `selection` names, after checking its parameters.
  ///
  /// - Throws: ``SamplerError/unknownAlgorithm(kind:name:nearest:)`` and what
  ///   ``AlgorithmDescriptor/check(_:)`` throws.
  public static func entry(for selection: AlgorithmSelection) throws(SamplerError) -> Entry {
    try all.entry(for: selection, kind: "estimator")
  }

  /// Returns the estimator `selection` names.
  ///
  /// - Throws: As ``entry(for:)``.
  public static func estimator(
    for selection: AlgorithmSelection
  ) throws(SamplerError) -> any LikelihoodEstimator {
    try entry(for: selection).make(selection.parameters)
  }

  /// An estimator that can be chosen by name.
  public struct Entry: AlgorithmEntry, Sendable, CustomStringConvertible {
    /// How the estimator presents itself.
    public let descriptor: AlgorithmDescriptor
    /// Whether one sample is enough.
    public let isDeterministic: Bool
    /// Creates the estimator from parameters that `descriptor` accepts.
    public let make: @Sendable (_ parameters: ParameterValues) -> any LikelihoodEstimator

    init<Estimator: LikelihoodEstimator>(_: Estimator.Type) {
      descriptor = Estimator.descriptor
      isDeterministic = Estimator.isDeterministic
      make = { Estimator(parameters: $0) }
    }

    /// The name.
    public var description: String { descriptor.name }
  }
}

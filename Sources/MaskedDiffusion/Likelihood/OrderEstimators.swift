/// Scores the answer from left to right, each token with the ones before it visible and the ones
/// after it masked: the exact likelihood of writing it in that order, one row a token.
///
/// - SeeAlso: Nie et al., arXiv:2410.18514; SMDM `evaluate_diff.py`, `_eval_target_nll_ar`.
public struct ChainRuleLikelihood: LikelihoodEstimator {
  /// How it presents itself.
  public static let descriptor = AlgorithmDescriptor(
    name: "chain-rule",
    summary: "each token given the ones before it: the value of the order from left to right",
    source: "SMDM, arXiv:2410.18514, evaluate_diff.py _eval_target_nll_ar")

  /// There is nothing random.
  public static let isDeterministic = true

  /// Creates the estimator.
  public init(parameters: ParameterValues) {}

  /// Returns one masking a token.
  public func sample(
    _ index: Int, length: Int, random: any RandomSource
  ) -> [AnswerMasking] {
    AnswerMasking.chain(in: Array(0..<length))
  }
}

/// Averages the chain rule over random orders.
///
/// The mean over all orders is what ``EnumeratedLikelihood`` computes. How far the samples lie
/// apart says how much the model's answer depends on the order in which it is written.
public struct RandomOrderLikelihood: LikelihoodEstimator {
  /// How it presents itself.
  public static let descriptor = AlgorithmDescriptor(
    name: "orders",
    summary: "the chain rule, averaged over random orders; one row a token and order",
    source: "Uria et al., “A Deep and Tractable Density Estimator”, arXiv:1310.1757")

  /// Creates the estimator.
  public init(parameters: ParameterValues) {}

  /// Returns the chain of a random order.
  public func sample(
    _ index: Int, length: Int, random: any RandomSource
  ) -> [AnswerMasking] {
    AnswerMasking.chain(in: randomOrder(index, length: length, random: random))
  }
}

extension AnswerMasking {
  /// The maskings of the chain rule: the tokens of an answer are written in `order`, a permutation
  /// of its offsets.
  public static func chain(in order: [Int]) -> [AnswerMasking] {
    order.indices.map { step in
      AnswerMasking(masked: order[step...].sorted(), scored: [order[step]], weight: 1)
    }
  }
}

/// A uniformly random permutation of `0..<length`.
///
/// Keys with 53 random bits are sorted; equal ones are as good as impossible.
func randomOrder(_ index: Int, length: Int, random: any RandomSource) -> [Int] {
  let keys = (0..<length).map { random.uniform(for: .masking, step: index, position: $0) }
  return (0..<length).sorted { (keys[$0], $0) < (keys[$1], $1) }
}

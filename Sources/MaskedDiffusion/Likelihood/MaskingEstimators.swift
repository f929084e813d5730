/// Masks each token of the answer by itself with probability t and weights by 1/t, t spread evenly
/// over a group of samples (antithetic).
///
/// t_j = (u + j/group) mod 1 with one u for each group. A sample without a mask counts 0, which
/// keeps the mean unbiased. Rare samples at small t weigh so much that the variance is infinite
/// (∫ dt/t): the standard error is too small until one of them has come up, and
/// ``ExactCountLikelihood`` is the better choice.
///
/// - SeeAlso: Nie et al., “Scaling up Masked Diffusion Models on Text”, arXiv:2410.18514; SMDM
///   `evaluate_diff.py`, `_eval_target_nll_mc`.
public struct MonteCarloLikelihood: LikelihoodEstimator {
  /// How it presents itself.
  public static let descriptor = AlgorithmDescriptor(
    name: "monte-carlo",
    summary: "mask each token with probability t, t spread evenly; weight 1/t",
    source: "SMDM, arXiv:2410.18514, evaluate_diff.py _eval_target_nll_mc",
    parameters: [groupParameter])

  /// The number of samples among which t is spread evenly.
  public let groupSize: Int

  /// Creates the estimator.
  public init(parameters: ParameterValues) { groupSize = group(of: parameters, Self.descriptor) }

  /// Returns one masking, or none when no token was drawn.
  public func sample(
    _ index: Int, length: Int, random: any RandomSource
  ) -> [AnswerMasking] {
    let time = spread(index, groupSize: groupSize, random: random)
    let masked = (0..<length).filter {
      random.uniform(for: .masking, step: index, position: $0) < time
    }
    return masked.isEmpty ? [] : [AnswerMasking(masked: masked, weight: 1 / time)]
  }
}

/// Masks a number of tokens that is drawn uniformly from 1...length and weights by length / number.
///
/// As LLaDA does, but the numbers of a group are ⌊length · ((u + j/group) mod 1)⌋ + 1 with a real
/// u. LLaDA rounds k + j · length/group half to even, which makes some numbers more frequent than
/// others and the estimate biased where length/group is not whole.
///
/// - SeeAlso: Nie et al., “Large Language Diffusion Models”, arXiv:2502.09992, Eq. 6; LLaDA
///   `get_log_likelihood.py`.
public struct ExactCountLikelihood: LikelihoodEstimator {
  /// How it presents itself.
  public static let descriptor = AlgorithmDescriptor(
    name: "exact-count",
    summary: "mask an exact number of tokens, every number equally likely; weight length/number",
    source: "LLaDA, arXiv:2502.09992, get_log_likelihood.py, without its rounding",
    parameters: [groupParameter])

  /// The number of samples among which the numbers are spread evenly.
  public let groupSize: Int

  /// Creates the estimator.
  public init(parameters: ParameterValues) { groupSize = group(of: parameters, Self.descriptor) }

  /// Returns one masking.
  public func sample(
    _ index: Int, length: Int, random: any RandomSource
  ) -> [AnswerMasking] {
    let share = spread(index, groupSize: groupSize, random: random)
    let count = min(length, Int(Double(length) * share) + 1)
    let order = randomOrder(index, length: length, random: random)
    return [
      AnswerMasking(
        masked: order.prefix(count).sorted(), weight: Double(length) / Double(count))
    ]
  }
}

/// Tries every way to mask the answer: the exact expectation of both estimators above.
///
/// A set of k of L tokens has weight 1 / (k · C(L, k)). The value is also the mean over all L!
/// orders of the chain rule. It takes 2^L − 1 rows.
public struct EnumeratedLikelihood: LikelihoodEstimator {
  /// How it presents itself.
  public static let descriptor = AlgorithmDescriptor(
    name: "exact",
    summary: "every way to mask the answer: what the estimates aim at, for short answers",
    source: "the expectation of SMDM's and LLaDA's estimators, enumerated",
    parameters: [
      ParameterDescriptor(
        name: "longest", summary: "the longest answer to try, in tokens",
        kind: .number(range: 1...16, defaultValue: 12))
    ])

  /// There is nothing random.
  public static let isDeterministic = true

  private let longest: Int

  /// Creates the estimator.
  public init(parameters: ParameterValues) {
    longest = Int(Self.descriptor.number("longest", in: parameters))
  }

  /// Returns all maskings.
  public func sample(
    _ index: Int, length: Int, random: any RandomSource
  ) throws(LikelihoodError) -> [AnswerMasking] {
    guard length <= longest else {
      throw .tooLongToEnumerate(length: length, longest: longest)
    }
    // C(L, 0), C(L, 1), …: each from the one before.
    var subsets = [1.0]
    for count in 1...length {
      subsets.append(subsets[count - 1] * Double(length - count + 1) / Double(count))
    }
    return (1..<(1 << length)).map { bits in
      let masked = (0..<length).filter { bits >> $0 & 1 == 1 }
      return AnswerMasking(
        masked: masked, weight: 1 / (Double(masked.count) * subsets[masked.count]))
    }
  }
}

/// The parameter of estimators that spread their samples evenly.
private let groupParameter = ParameterDescriptor(
  name: "group", summary: "how many samples are spread evenly; groups are independent",
  kind: .number(range: 1...1024, defaultValue: 16))

private func group(of parameters: ParameterValues, _ descriptor: AlgorithmDescriptor) -> Int {
  Int(descriptor.number("group", in: parameters))
}

/// (u + j/group) mod 1 for the j-th sample of a group, u the group's random number.
private func spread(_ index: Int, groupSize: Int, random: any RandomSource) -> Double {
  let (group, place) = index.quotientAndRemainder(dividingBy: groupSize)
  let offset = random.uniform(for: .maskingShare, step: group, position: 0)
  let share = offset + Double(place) / Double(groupSize)
  return share < 1 ? share : share - 1
}

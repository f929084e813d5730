#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The likelihood of an answer as an estimator found it.
public struct LikelihoodEstimate: Equatable, Sendable {
  /// The value of each sample, in nats, in the order they were drawn.
  public var samples: [Double]

  /// The share of each token of the answer in ``negativeLogLikelihood``, in nats.
  public var tokens: [Double]

  /// The number of samples whose values depend on each other.
  public var groupSize: Int

  /// Whether the samples are all there is: then there is no error of chance.
  public var isExact: Bool

  /// Whether guidance changed the predictions.
  ///
  /// The value is a score then: it bounds the likelihood under no model.
  public var isGuided: Bool

  /// The rows the predictor computed.
  public var forwardPassCount: Int

  /// Creates an estimate.
  public init(
    samples: [Double], tokens: [Double], groupSize: Int, isExact: Bool, isGuided: Bool,
    forwardPassCount: Int
  ) {
    self.samples = samples
    self.tokens = tokens
    self.groupSize = max(1, groupSize)
    self.isExact = isExact
    self.isGuided = isGuided
    self.forwardPassCount = forwardPassCount
  }

  /// The mean of the samples: −ln p(answer ∣ prompt), or a bound of it, in nats.
  ///
  /// +∞ when a token of the answer has probability 0.
  public var negativeLogLikelihood: Double {
    samples.isEmpty ? 0 : samples.reduce(0, +) / Double(samples.count)
  }

  /// The standard error of the mean, in nats; 0 when exact, `nil` when one sample cannot tell.
  ///
  /// Taken from the means of groups where there are at least two complete ones. Within a single
  /// group the samples are counted as independent; they are spread evenly, so that the true error
  /// is smaller.
  public var standardError: Double? {
    if isExact { return 0 }
    let groups = samples.count / groupSize
    guard groups >= 2 else { return Self.standardError(of: samples) }
    let means = (0..<groups).map { group in
      samples[group * groupSize..<(group + 1) * groupSize].reduce(0, +) / Double(groupSize)
    }
    return Self.standardError(of: means)
  }

  private static func standardError(of values: [Double]) -> Double? {
    guard values.count >= 2 else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    guard mean.isFinite else { return nil }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return sqrt(squares / Double(values.count - 1) / Double(values.count))
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How far the distribution of a row of logits is from that of another: Σ p ln((p + ε) / (q + ε)).
///
/// Where q is not tiny the logarithm is a difference of logits, so that most of a vocabulary costs a
/// subtraction and a product each.
package struct RowDivergence {
  /// ε.
  package static let floor = 1e-12
  /// Below this probability a token changes nothing, above it q counts exactly.
  private static let least: Float = 1e-9
  /// ln q from which on ε does not show.
  private static let plain: Float = -14

  typealias Vector = SIMD8<Float>

  /// The probabilities p.
  let probabilities: UnsafeBufferPointer<Float>
  /// The logits p comes from.
  let logits: UnsafeBufferPointer<Float>
  /// The logits of q.
  let others: UnsafeBufferPointer<Float>
  /// The logarithms of the sums both are divided by.
  let logSumExps: (own: Double, other: Double)

  /// Creates what is to be computed.
  package init(
    probabilities: UnsafeBufferPointer<Float>, logits: UnsafeBufferPointer<Float>,
    others: UnsafeBufferPointer<Float>, logSumExps: (own: Double, other: Double)
  ) {
    self.probabilities = probabilities
    self.logits = logits
    self.others = others
    self.logSumExps = logSumExps
  }

  /// The divergence, in nats.
  package var value: Double {
    let own = Float(logSumExps.own), other = Float(logSumExps.other)
    var sum = 0.0
    var token = 0
    while token + Vector.scalarCount <= probabilities.count {
      let p = vector(probabilities, token)
      let logP = vector(logits, token) - own
      let logQ = vector(others, token) - other
      let counts = p .>= Self.least
      let isPlain = logQ .>= Self.plain
      // Logits that are minus infinity are in neither.
      sum += Double((p * (logP - logQ)).replacing(with: 0, where: .!(counts .& isPlain)).sum())
      if any(counts .& .!isPlain) {
        for lane in 0..<Vector.scalarCount where counts[lane] && !isPlain[lane] {
          sum += exact(token + lane)
        }
      }
      token += Vector.scalarCount
    }
    while token < probabilities.count {
      if probabilities[token] >= Self.least { sum += exact(token) }
      token += 1
    }
    return sum
  }

  private func vector(_ values: UnsafeBufferPointer<Float>, _ index: Int) -> Vector {
    UnsafeRawPointer(values.baseAddress! + index).loadUnaligned(as: Vector.self)
  }

  private func exact(_ token: Int) -> Double {
    let p = exp(Double(logits[token]) - logSumExps.own)
    let q = exp(Double(others[token]) - logSumExps.other)
    return p * log((p + Self.floor) / (q + Self.floor))
  }
}

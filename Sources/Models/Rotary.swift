internal import Glibc

/// How the heads of a position are rotated.
///
/// Pair i of position p turns by p · f(i). Without scaling f(i) = base^(−2i/headSize).
///
/// - SeeAlso: Su et al., “RoFormer”, arXiv:2104.09864.
package struct Rotary: Equatable, Sendable {
  /// How fast the rotations slow down from one pair to the next.
  package var base: Float
  /// The precision the table of rotations is rounded to.
  package var precision: Precision
  /// How frequencies are changed to reach further than the network was trained for.
  package var scaling: Scaling
  /// Which elements of a head turn together.
  package var pairing: Pairing

  /// Which elements of a head turn together.
  package enum Pairing: Equatable, Sendable {
    /// An element of the first half with one of the second, as Transformers arranges heads.
    case halves
    /// Neighbours, as llama.cpp arranges the heads of Llama and LLaDA.
    case neighbours
  }

  /// The precision of a table of rotations.
  package enum Precision: String, CaseIterable, Sendable {
    /// Cosines and sines as they are.
    case float32
    /// Rounded to bfloat16, as lit-gpt does, whatever precision the rest is computed in.
    case bfloat16
  }

  /// How frequencies are changed.
  ///
  /// - SeeAlso: `transformers/modeling_rope_utils.py`.
  package enum Scaling: Equatable, Sendable {
    /// Not at all.
    case none
    /// All are divided by `factor` (Chen et al., arXiv:2306.15595).
    case linear(factor: Float)
    /// The base grows with the row, once that is longer than `original` positions.
    case dynamic(factor: Float, original: Int)
    /// High frequencies stay, low ones are divided, with a ramp between them (Peng et al.,
    /// arXiv:2309.00071); `attention` multiplies cosines and sines.
    case yarn(
      factor: Float, original: Int, fast: Float, slow: Float, truncates: Bool, attention: Float)
    /// The same with bounds on wavelengths (Llama 3.1).
    case llama3(factor: Float, original: Int, low: Float, high: Float)
    /// Each frequency is divided by its own factor.
    case factors([Float])
  }

  /// Creates rotations; the arguments are not checked.
  package init(
    base: Float, precision: Precision = .float32, scaling: Scaling = .none,
    pairing: Pairing = .halves
  ) {
    self.base = base
    self.precision = precision
    self.scaling = scaling
    self.pairing = pairing
  }

  /// What cosines and sines are multiplied by.
  package var attentionFactor: Float {
    switch scaling {
    case .yarn(_, _, _, _, _, let attention): attention
    case .none, .linear, .dynamic, .llama3, .factors: 1
    }
  }

  /// The row length that frequencies depend on: `positionCount` where they do, otherwise 0.
  package func frequencyLength(positionCount: Int) -> Int {
    guard case .dynamic(_, let original) = scaling, positionCount > original else { return 0 }
    return positionCount
  }

  /// Returns the frequency of each pair of a head.
  ///
  /// Computed as the reference codes do: power, reciprocal and product each rounded to single
  /// precision.
  ///
  /// - Parameters:
  ///   - headSize: Elements of a head.
  ///   - length: What ``frequencyLength(positionCount:)`` returned.
  /// - Returns: The angles, in radians, that pairs turn by from one position to the next; shape
  ///   `[headSize / 2]`.
  package func frequencies(headSize: Int, length: Int = 0) -> [Float] {
    switch scaling {
    case .none: return plain(headSize, base)
    case .linear(let factor): return plain(headSize, base).map { $0 / factor }
    case .dynamic(let factor, let original):
      guard length > original else { return plain(headSize, base) }
      let growth = Double(factor) * Double(length) / Double(original) - Double(factor - 1)
      let exponent = Double(headSize) / Double(max(1, headSize - 2))
      return plain(headSize, Float(Double(base) * pow(growth, exponent)))
    case .yarn(let factor, let original, let fast, let slow, let truncates, _):
      return yarn(headSize, factor, original, fast: fast, slow: slow, truncates: truncates)
    case .llama3(let factor, let original, let low, let high):
      return plain(headSize, base).map { frequency in
        let wavelength = 2 * Float.pi / frequency
        if wavelength > Float(original) / low { return frequency / factor }
        if wavelength < Float(original) / high { return frequency }
        let share = (Float(original) / wavelength - low) / (high - low)
        return (1 - share) * frequency / factor + share * frequency
      }
    case .factors(let factors):
      return zip(plain(headSize, base), factors).map { $0 / $1 }
    }
  }

  private func plain(_ headSize: Int, _ base: Float) -> [Float] {
    (0..<headSize / 2).map { pair in
      let exponent = Float(2 * pair) / Float(headSize)
      return 1 / Float(pow(Double(base), Double(exponent)))
    }
  }

  private func yarn(
    _ headSize: Int, _ factor: Float, _ original: Int, fast: Float, slow: Float, truncates: Bool
  ) -> [Float] {
    // The pair that turns so often within the original length.
    func pair(turning count: Float) -> Double {
      Double(headSize) * log(Double(original) / (Double(count) * 2 * .pi)) / (2 * log(Double(base)))
    }
    var (low, high) = (pair(turning: fast), pair(turning: slow))
    if truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
    low = max(low, 0)
    high = min(high, Double(headSize - 1))
    if low == high { high += 0.001 }
    return plain(headSize, base).enumerated().map { index, frequency in
      let ramp = Float(min(1, max(0, (Double(index) - low) / (high - low))))
      return frequency / factor * ramp + frequency * (1 - ramp)
    }
  }
}

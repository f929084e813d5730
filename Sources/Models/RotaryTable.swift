package import Kernels
internal import MaskedDiffusion
internal import Glibc

/// Cosines and sines of the rotations that tell a head where a position is.
///
/// Pair i of position p turns by p · base^(−2i/headSize). Angles are computed as the reference
/// codes do: power, reciprocal and product each rounded to single precision.
///
/// - SeeAlso: Su et al., “RoFormer”, arXiv:2104.09864; `build_rope_cache` of lit-gpt.
package struct RotaryTable: Sendable {
  /// The number of pairs of a head.
  package let pairCount: Int

  /// The number of positions.
  package let positionCount: Int

  /// Shape `[positions, pairs]`.
  package let cosines: Tensor

  /// Shape `[positions, pairs]`.
  package let sines: Tensor

  /// Computes the table of positions `0..<positionCount`.
  package init(
    positionCount: Int, headSize: Int, base: Float, precision: RotaryPrecision = .float32
  ) {
    let pairCount = headSize / 2
    let frequencies = (0..<pairCount).map { pair -> Float in
      let exponent = Float(2 * pair) / Float(headSize)
      return 1 / Float(pow(Double(base), Double(exponent)))
    }
    func rounded(_ value: Double) -> Float {
      precision == .bfloat16 ? Float(value).roundedToBFloat16 : Float(value)
    }
    var cosines: [Float] = []
    var sines: [Float] = []
    cosines.reserveCapacity(positionCount * pairCount)
    sines.reserveCapacity(positionCount * pairCount)
    for position in 0..<positionCount {
      for frequency in frequencies {
        let angle = Double(Float(position) * frequency)
        cosines.append(rounded(cos(angle)))
        sines.append(rounded(sin(angle)))
      }
    }
    self.pairCount = pairCount
    self.positionCount = positionCount
    self.cosines = Tensor(cosines)
    self.sines = Tensor(sines)
  }
}

extension Float {
  /// The nearest number with a significand of eight bits, to even in the middle.
  ///
  /// For finite numbers only.
  var roundedToBFloat16: Float {
    let bits = bitPattern
    return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
  }
}

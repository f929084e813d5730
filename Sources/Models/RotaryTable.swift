package import Kernels
internal import MaskedDiffusion
internal import Glibc

/// Cosines and sines of the rotations that tell a head where a position is.
///
/// - SeeAlso: ``Rotary``; `build_rope_cache` of lit-gpt.
package struct RotaryTable: Sendable {
  /// The number of pairs of a head.
  package let pairCount: Int

  /// The number of positions.
  package let positionCount: Int

  /// Shape `[positions, pairs]`.
  package let cosines: Tensor

  /// Shape `[positions, pairs]`.
  package let sines: Tensor

  /// The row length that the frequencies depend on, or 0.
  package let frequencyLength: Int

  /// Computes the table of positions `0..<positionCount`.
  package init(positionCount: Int, headSize: Int, rotary: Rotary) {
    let pairCount = headSize / 2
    frequencyLength = rotary.frequencyLength(positionCount: positionCount)
    let frequencies = rotary.frequencies(headSize: headSize, length: frequencyLength)
    let factor = Double(rotary.attentionFactor)
    func rounded(_ value: Double) -> Float {
      let value = factor == 1 ? value : value * factor
      return rotary.precision == .bfloat16 ? Float(value).roundedToBFloat16 : Float(value)
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

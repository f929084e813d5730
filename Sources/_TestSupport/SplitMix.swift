/// A small generator, so that a failure can be repeated.
public struct SplitMix {
  private var state: UInt64

  /// Creates a generator that begins with `state`.
  public init(state: UInt64) { self.state = state }

  /// Returns a number from 0 to below `bound`.
  public mutating func next(below bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ z >> 31) % UInt64(max(1, bound)))
  }
}

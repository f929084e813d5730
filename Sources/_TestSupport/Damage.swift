import Foundation

/// Damaged files, the same ones for the same seed.
public struct Damage {
  private var state: UInt64

  /// Creates damage that `seed` decides.
  public init(seed: UInt64) { state = seed }

  /// Returns a number from 0 to below `bound`, by SplitMix64.
  public mutating func number(below bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return Int((bits ^ bits >> 31) % UInt64(max(bound, 1)))
  }

  /// Returns `bytes` with a few of them changed, removed, repeated, moved or cut off, and pieces of
  /// `dictionary` in between.
  public mutating func applied(to bytes: [UInt8], dictionary: [String] = []) -> [UInt8] {
    var bytes = bytes
    for _ in 0...number(below: 5) where !bytes.isEmpty {
      let start = number(below: bytes.count)
      let end = min(bytes.count, start + 1 + number(below: 12))
      switch number(below: 7) {
      case 0: bytes[start] = UInt8(number(below: 256))
      case 1: bytes.removeSubrange(start..<end)
      case 2: bytes.insert(contentsOf: bytes[start..<end], at: number(below: bytes.count))
      case 3: bytes[start] ^= 1 << UInt8(number(below: 8))
      case 4: if number(below: 6) == 0 { bytes.removeSubrange(start...) }
      default:
        guard !dictionary.isEmpty else { continue }
        bytes.insert(contentsOf: dictionary[number(below: dictionary.count)].utf8, at: start)
      }
    }
    return bytes
  }

  /// Calls `body` with seed after seed: `count` of them, or for `UNMASK_FUZZ_SECONDS`.
  public static func forEachSeed(
    count: Int, _ body: (_ seed: UInt64, inout Damage) throws -> Void
  ) rethrows {
    let seconds = ProcessInfo.processInfo.environment["UNMASK_FUZZ_SECONDS"].flatMap(Double.init)
    let start = ContinuousClock.now
    var seed: UInt64 = 1
    while seconds.map({ ContinuousClock.now - start < .seconds($0) }) ?? (seed <= count) {
      var damage = Damage(seed: seed)
      try body(seed, &damage)
      seed += 1
    }
  }
}

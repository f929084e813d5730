/// A checksum of which every bit depends on every byte, computed piece by piece.
///
/// Both functions take blocks of 64 bytes, and end with the number of bits in the last one.
struct Hashing<Function: HashFunction> {
  private var state = Function.initialState
  private var rest: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// Takes the next bytes in.
  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount &+= UInt64(bytes.count)
    var next = bytes[...]
    if !rest.isEmpty {
      let taken = next.prefix(64 - rest.count)
      rest += taken
      next = next.dropFirst(taken.count)
      guard rest.count == 64 else { return }
      rest.withUnsafeBytes { Self.absorb($0, into: &state) }
      rest.removeAll(keepingCapacity: true)
    }
    let whole = next.count / 64 * 64
    Self.absorb(UnsafeRawBufferPointer(rebasing: next.prefix(whole)), into: &state)
    rest += next.dropFirst(whole)
  }

  /// Ends the computation; returns the checksum in hexadecimal digits.
  mutating func finish() -> String {
    let bits = byteCount &* 8
    var ending: [UInt8] = [0x80]
    while (rest.count + ending.count) % 64 != 56 { ending.append(0) }
    ending += (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * $0)) }
    ending.withUnsafeBytes { update($0) }
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private static func absorb(_ blocks: UnsafeRawBufferPointer, into state: inout [UInt32]) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Function.scheduleLength) { words in
      for start in stride(from: 0, to: blocks.count, by: 64) {
        for index in 0..<16 {
          words[index] = UInt32(
            bigEndian: blocks.loadUnaligned(fromByteOffset: start + 4 * index, as: UInt32.self))
        }
        Function.compress(words, into: &state)
      }
    }
  }
}

/// What distinguishes one checksum from another.
protocol HashFunction {
  /// The state before the first byte.
  static var initialState: [UInt32] { get }
  /// The words a block is stretched to.
  static var scheduleLength: Int { get }
  /// Takes a block in, which stands in the first 16 words.
  static func compress(_ words: UnsafeMutableBufferPointer<UInt32>, into state: inout [UInt32])
}

/// SHA-256.
///
/// - SeeAlso: NIST, FIPS 180-4, section 6.2.
enum SHA256: HashFunction {
  static let initialState: [UInt32] = [
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB,
    0x5BE0_CD19,
  ]
  static let scheduleLength = 64

  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]

  static func compress(_ words: UnsafeMutableBufferPointer<UInt32>, into state: inout [UInt32]) {
    for t in 16..<64 {
      let (w15, w2) = (words[t - 15], words[t - 2])
      let s0 = rotated(w15, 7) ^ rotated(w15, 18) ^ (w15 >> 3)
      let s1 = rotated(w2, 17) ^ rotated(w2, 19) ^ (w2 >> 10)
      words[t] = words[t - 16] &+ s0 &+ words[t - 7] &+ s1
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    constants.withUnsafeBufferPointer { constants in
      for t in 0..<64 {
        let s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
        let first = h &+ s1 &+ ((e & f) ^ (~e & g)) &+ constants[t] &+ words[t]
        let s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
        let second = s0 &+ ((a & b) ^ (a & c) ^ (b & c))
        (h, g, f, e) = (g, f, e, d &+ first)
        (d, c, b, a) = (c, b, a, first &+ second)
      }
    }
    for (index, value) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= value }
  }

  private static func rotated(_ word: UInt32, _ bits: UInt32) -> UInt32 {
    (word >> bits) | (word << (32 - bits))
  }
}

/// SHA-1, by which git names contents; no proof against forgery.
///
/// - SeeAlso: NIST, FIPS 180-4, section 6.1.
enum SHA1: HashFunction {
  static let initialState: [UInt32] = [
    0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0,
  ]
  static let scheduleLength = 80

  static func compress(_ words: UnsafeMutableBufferPointer<UInt32>, into state: inout [UInt32]) {
    for t in 16..<80 {
      let word = words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16]
      words[t] = (word << 1) | (word >> 31)
    }
    var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
    for t in 0..<80 {
      let (mixed, constant): (UInt32, UInt32) =
        switch t / 20 {
        case 0: ((b & c) | (~b & d), 0x5A82_7999)
        case 1: (b ^ c ^ d, 0x6ED9_EBA1)
        case 2: ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
        default: (b ^ c ^ d, 0xCA62_C1D6)
        }
      let next = ((a << 5) | (a >> 27)) &+ mixed &+ e &+ constant &+ words[t]
      (e, d, c, b, a) = (d, c, (b << 30) | (b >> 2), a, next)
    }
    for (index, value) in [a, b, c, d, e].enumerated() { state[index] &+= value }
  }
}

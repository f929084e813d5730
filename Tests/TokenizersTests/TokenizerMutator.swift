import JSON

/// A source of damaged tokenizer files, the same ones for the same seed.
struct TokenizerMutator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64 (Steele, Lea, Flood, 2014).
  mutating func number(below bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    bits ^= bits >> 31
    return Int(bits % UInt64(max(bound, 1)))
  }

  mutating func element<Element>(of elements: [Element]) -> Element {
    elements[number(below: elements.count)]
  }

  /// Returns `bytes` with a few of them changed, removed, repeated or cut off.
  mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...number(below: 4) where !bytes.isEmpty {
      let start = number(below: bytes.count)
      let end = min(bytes.count, start + 1 + number(below: 8))
      switch number(below: 5) {
      case 0: bytes[start] = UInt8(number(below: 256))
      case 1: bytes.removeSubrange(start..<end)
      case 2: bytes.insert(contentsOf: bytes[start..<end], at: start)
      case 3: bytes[start] ^= 1 << UInt8(number(below: 8))
      default: if number(below: 4) == 0 { bytes.removeSubrange(start...) }
      }
    }
    return bytes
  }

  /// Returns `value` with some parts replaced by others, so that it is still a JSON document.
  mutating func damaged(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let elements) where !elements.isEmpty && number(below: 12) > 0:
      var elements = elements
      let index = number(below: elements.count)
      switch number(below: 8) {
      case 0: elements.remove(at: index)
      case 1: elements.append(elements[index])
      case 2: elements.swapAt(index, number(below: elements.count))
      default: elements[index] = damaged(elements[index])
      }
      return .array(elements)
    case .object(let members) where !members.isEmpty && number(below: 12) > 0:
      var members = members
      let index = number(below: members.count)
      let member = members[index]
      switch number(below: 8) {
      case 0: members.remove(at: index)
      case 1: members.append(.init(key: member.key, value: damaged(member.value)))
      case 2: members[index] = .init(key: string(like: member.key), value: member.value)
      default: members[index] = .init(key: member.key, value: damaged(member.value))
      }
      return .object(members)
    case .integer(let integer):
      let others = [0, -1, integer &+ 1, 1 << 31, .max, .min, integer &* 1000, 127, 300]
      return .integer(element(of: others))
    case .boolean(let flag): return .boolean(!flag)
    case .string(let text): return .string(string(like: text))
    default: return element(of: Self.strangers)
    }
  }

  /// Values that may stand anywhere.
  private static let strangers: [JSONValue] = [
    .null, .boolean(true), .integer(0), .integer(.max), .number(.infinity), .number(0.5),
    .string(""), .string("e\u{301}"), .array([]), .object([]), .array([.null]),
    .object([.init(key: "type", value: .string("Sequence"))]),
    .object([.init(key: "Regex", value: .string(#"(?:a|a?)+?b{2,}|[^\s]*+(?=\p{L})"#))]),
  ]

  private static let words = [
    "", " ", "a", "e\u{301}", "\u{FFFD}", "<0x41>", "<0xZZ>", "▁", "Ġ", "NFC", "BPE", "Strip",
    "Sequence", "ByteLevel", "Metaspace", "Digits", "Split", "Removed", "MergedWithNext",
    #"(\s+)+x"#, #"(?:(?:a{9}){9}){9}"#, "(((((", "[z-a]", #"\p{"#, "(?i:", "a{2,1}", "\\",
  ]

  private mutating func string(like text: String) -> String {
    if number(below: 2) == 0 { return element(of: Self.words) }
    var scalars = Array(text.unicodeScalars)
    let position = number(below: scalars.count)
    if scalars.isEmpty || number(below: 2) == 0 {
      scalars.insert(contentsOf: element(of: Self.words).unicodeScalars, at: position)
    } else {
      scalars.remove(at: position)
    }
    return scalars.map(String.init).joined()
  }
}

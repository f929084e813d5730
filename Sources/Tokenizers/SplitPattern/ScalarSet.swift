/// The scalars one step of a split pattern accepts, such as `[^\s\p{L}\p{N}]`.
package struct ScalarSet: Sendable {
  /// A part of a set; a scalar belongs to the set if it belongs to one of its parts.
  enum Part: Sendable {
    case range(ClosedRange<UInt32>)
    case categories(ScalarCategories)
    case whiteSpace
    case property(ScalarProperty)
    /// The scalars in one of many ranges, in ascending order.
    case ranges([ClosedRange<UInt32>])
    /// The scalars that belong to all of several sets.
    case intersection([ScalarSet])
    indirect case not(Part)
    indirect case set(ScalarSet)
  }

  private let parts: [Part]
  private let isNegated: Bool
  private let ignoresCase: Bool
  /// Which of the first 128 scalars belong, a bit each.
  private var lowASCII: UInt64 = 0
  private var highASCII: UInt64 = 0

  /// Creates the set of the scalars that belong to one of `parts`, or of all others.
  init(_ parts: [Part], isNegated: Bool = false, ignoresCase: Bool = false) {
    self.parts = parts
    self.isNegated = isNegated
    self.ignoresCase = ignoresCase
    for value in UInt8(0)..<64 {
      if search(Unicode.Scalar(value)) { lowASCII |= 1 << UInt64(value) }
      if search(Unicode.Scalar(value + 64)) { highASCII |= 1 << UInt64(value) }
    }
  }

  /// Creates the set of one scalar.
  init(_ scalar: Unicode.Scalar, ignoresCase: Bool) {
    self.init([.range(scalar.value...scalar.value)], ignoresCase: ignoresCase)
  }

  /// Whether `scalar` belongs to the set.
  func contains(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<64: lowASCII >> UInt64(scalar.value) & 1 == 1
    case 64..<128: highASCII >> UInt64(scalar.value & 63) & 1 == 1
    default: search(scalar)
    }
  }

  private func search(_ scalar: Unicode.Scalar) -> Bool {
    var isMember = hasPart(with: scalar)
    if ignoresCase, !isMember {
      isMember = scalar.caseVariants.contains { $0 != scalar && hasPart(with: $0) }
    }
    return isMember != isNegated
  }

  private func hasPart(with scalar: Unicode.Scalar) -> Bool {
    parts.contains { $0.contains(scalar) }
  }
}

extension ScalarSet.Part {
  fileprivate func contains(_ scalar: Unicode.Scalar) -> Bool {
    switch self {
    case .range(let range): range.contains(scalar.value)
    case .categories(let categories): categories.contains(ScalarCategories(of: scalar))
    case .whiteSpace: scalar.properties.isWhitespace
    case .property(let property): property.contains(scalar)
    case .ranges(let ranges): Self.search(ranges, for: scalar.value)
    case .intersection(let sets): sets.allSatisfy { $0.contains(scalar) }
    case .not(let part): !part.contains(scalar)
    case .set(let set): set.contains(scalar)
    }
  }
}

extension ScalarSet.Part {
  private static func search(_ ranges: [ClosedRange<UInt32>], for value: UInt32) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(value)
  }
}

extension Unicode.Scalar {
  /// The scalars that differ from this one only by case, as far as mappings of one scalar to one
  /// scalar tell: `K`, `k` for the Kelvin sign.
  fileprivate var caseVariants: [Unicode.Scalar] {
    let upper = Self.single(properties.uppercaseMapping) ?? self
    let lower = Self.single(properties.lowercaseMapping) ?? self
    let lowerOfUpper = Self.single(upper.properties.lowercaseMapping) ?? upper
    let upperOfLower = Self.single(lower.properties.uppercaseMapping) ?? lower
    return [self, upper, lower, lowerOfUpper, upperOfLower]
  }

  private static func single(_ mapping: String) -> Unicode.Scalar? {
    mapping.unicodeScalars.count == 1 ? mapping.unicodeScalars.first : nil
  }
}

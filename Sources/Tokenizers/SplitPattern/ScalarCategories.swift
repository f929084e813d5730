/// A set of general categories of Unicode, one bit each.
package struct ScalarCategories: OptionSet, Sendable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  private init(_ categories: [Unicode.GeneralCategory]) {
    rawValue = categories.reduce(0) { $0 | 1 << UInt32(Self.index(of: $1)) }
  }

  static let decimalNumber = ScalarCategories([.decimalNumber])
  static let connectorPunctuation = ScalarCategories([.connectorPunctuation])
  static let number = ScalarCategories([.decimalNumber, .letterNumber, .otherNumber])
  static let spaceSeparator = ScalarCategories([.spaceSeparator])
  static let control = ScalarCategories([.control])
  static let unassigned = ScalarCategories([.unassigned])
  static let surrogate = ScalarCategories([.surrogate])
  static let nonspacingMark = ScalarCategories([.nonspacingMark])
  /// `P` of Unicode.
  static let punctuation = ScalarCategories([
    .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
    .initialPunctuation, .finalPunctuation, .otherPunctuation,
  ])
  /// `P` and `S` of Unicode.
  static let punctuationOrSymbol = punctuation.union(
    ScalarCategories([.mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol]))
  /// Controls, formats and private characters.
  static let invisible = ScalarCategories([.control, .format, .privateUse])
  static let mark = ScalarCategories([.nonspacingMark, .spacingMark, .enclosingMark])

  /// Returns the categories that `\p{name}` means, or `nil` if it is no general category.
  package init?(name: String) {
    let name = Self.longNames[name.lowercased().filter { !" _-".contains($0) }] ?? name
    guard name.count <= 2, let initial = name.first else { return nil }
    let members = Self.abbreviations.enumerated().filter { _, abbreviation in
      name.count == 2 ? abbreviation == name : abbreviation.first == initial
    }
    if members.isEmpty { return nil }
    rawValue = members.reduce(0) { $0 | 1 << UInt32($1.offset) }
  }

  /// The category of `scalar`.
  package init(of scalar: Unicode.Scalar) {
    let index =
      scalar.value < 0x1_0000
      ? Self.basicPlane[Int(scalar.value)] : Self.index(of: scalar.properties.generalCategory)
    rawValue = 1 << UInt32(index)
  }

  /// The category of every scalar of the basic plane, because asking for it each time is slow.
  private static let basicPlane: [UInt8] = (0..<UInt32(0x1_0000)).map { value in
    Unicode.Scalar(value).map { index(of: $0.properties.generalCategory) } ?? 0
  }

  /// The short names, in the order of `index(of:)`.
  private static let abbreviations = [
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe",
    "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
  ]

  /// The short names by the long ones.
  private static let longNames: [String: String] = [
    "letter": "L", "casedletter": "LC", "uppercaseletter": "Lu", "lowercaseletter": "Ll",
    "titlecaseletter": "Lt", "modifierletter": "Lm", "otherletter": "Lo", "mark": "M",
    "nonspacingmark": "Mn", "spacingmark": "Mc", "enclosingmark": "Me", "number": "N",
    "decimalnumber": "Nd", "letternumber": "Nl", "othernumber": "No", "punctuation": "P",
    "connectorpunctuation": "Pc", "dashpunctuation": "Pd", "openpunctuation": "Ps",
    "closepunctuation": "Pe", "initialpunctuation": "Pi", "finalpunctuation": "Pf",
    "otherpunctuation": "Po", "symbol": "S", "mathsymbol": "Sm", "currencysymbol": "Sc",
    "modifiersymbol": "Sk", "othersymbol": "So", "separator": "Z", "spaceseparator": "Zs",
    "lineseparator": "Zl", "paragraphseparator": "Zp", "other": "C", "control": "Cc",
    "format": "Cf", "surrogate": "Cs", "privateuse": "Co", "unassigned": "Cn",
  ]

  private static func index(of category: Unicode.GeneralCategory) -> UInt8 {
    switch category {
    case .uppercaseLetter: 0
    case .lowercaseLetter: 1
    case .titlecaseLetter: 2
    case .modifierLetter: 3
    case .otherLetter: 4
    case .nonspacingMark: 5
    case .spacingMark: 6
    case .enclosingMark: 7
    case .decimalNumber: 8
    case .letterNumber: 9
    case .otherNumber: 10
    case .connectorPunctuation: 11
    case .dashPunctuation: 12
    case .openPunctuation: 13
    case .closePunctuation: 14
    case .initialPunctuation: 15
    case .finalPunctuation: 16
    case .otherPunctuation: 17
    case .mathSymbol: 18
    case .currencySymbol: 19
    case .modifierSymbol: 20
    case .otherSymbol: 21
    case .spaceSeparator: 22
    case .lineSeparator: 23
    case .paragraphSeparator: 24
    case .control: 25
    case .format: 26
    case .surrogate: 27
    case .privateUse: 28
    case .unassigned: 29
    @unknown default: 29
    }
  }
}

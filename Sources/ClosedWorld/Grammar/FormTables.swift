/// What the entries of a category read like in one form.
struct FormTable: Sendable {
  /// The pieces of each entry, by its index.
  let fillers: [Int: [String]]
  /// The entries by their first piece.
  let entriesByFirst: [String: [Int]]

  /// What digits have: no entries.
  static let empty = FormTable(fillers: [:], entriesByFirst: [:])
}

/// The tables that slots share, each made when it is first needed.
struct FormTables {
  private struct Key: Hashable {
    let category: String
    let form: String
    let isCapitalized: Bool
  }

  private let lexicon: Lexicon
  private var tables: [Key: FormTable] = [:]

  init(_ lexicon: Lexicon) { self.lexicon = lexicon }

  /// The entries of `category`, if there is such a category.
  func entries(of category: String) -> [Int]? { lexicon.categories[category] }

  /// What the entries of `category` read like in `form`.
  mutating func table(
    _ category: String, form: String, isCapitalized: Bool
  ) throws(SchemaError) -> FormTable {
    let key = Key(category: category, form: form, isCapitalized: isCapitalized)
    if let table = tables[key] { return table }
    var fillers: [Int: [String]] = [:]
    var entriesByFirst: [String: [Int]] = [:]
    for entry in lexicon.categories[category] ?? [] {
      guard let text = lexicon.entries[entry].forms[form] else {
        throw SchemaError("'\(lexicon.entries[entry].name)' has no form '\(form)'")
      }
      let written = isCapitalized ? text.prefix(1).uppercased() + text.dropFirst() : text
      let pieces = Lexer.pieces(of: written).map(\.text)
      fillers[entry] = pieces
      entriesByFirst[pieces.first ?? "", default: []].append(entry)
    }
    let table = FormTable(fillers: fillers, entriesByFirst: entriesByFirst)
    tables[key] = table
    return table
  }
}

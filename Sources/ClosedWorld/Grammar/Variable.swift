/// What varies in a text of a schema.
///
/// Its value is the index of an entry, or a number.
struct Variable: Sendable {
  enum Domain: Sendable {
    /// Any of these entries of a category that no other variable has.
    case entries([Int], category: String)
    /// From the first to the second, both included.
    case range(Expression, Expression)
  }

  let name: String
  let domain: Domain
  /// The variable that this one is a property of: a kite of its color.
  let owner: Int?

  /// The values it may still take, or nil while its range depends on variables that have none.
  func candidates(_ bindings: [Int?], _ variables: [Variable]) -> [Int]? {
    switch domain {
    case .entries(let entries, _):
      let taken = zip(variables, bindings).compactMap { $0.isEntry ? $1 : nil }
      return taken.isEmpty ? entries : entries.filter { !taken.contains($0) }
    case .range(let low, let high):
      guard let low = low.value(bindings), let high = high.value(bindings) else { return nil }
      return low <= high ? Array(low...high) : []
    }
  }

  /// Whether its values are entries of the lexicon.
  var isEntry: Bool {
    switch domain {
    case .entries: true
    case .range: false
    }
  }

  /// The variables that must have values before this one gets one.
  var needs: [Int] {
    switch domain {
    case .entries: []
    case .range(let low, let high): low.variables + high.variables
    }
  }
}

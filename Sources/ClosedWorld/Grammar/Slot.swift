/// A place in a text that a variable, or arithmetic over variables, fills.
struct Slot: Sendable {
  enum Source: Sendable {
    /// An entry, in one of its forms.
    case entry(variable: Int)
    /// A number, in digits.
    case digits(Expression)
    /// The entry of a category at an index that wraps around.
    case indexed(Expression, [Int])
  }

  let source: Source
  /// The form's name, "" for the plain one.
  let form: String
  /// What the entries that can stand here read like.
  let table: FormTable

  /// What each entry reads like here, by its index; empty for digits.
  var fillers: [Int: [String]] { table.fillers }
  /// The entries that can fill this slot, by the first piece of what they read like.
  var entriesByFirst: [String: [Int]] { table.entriesByFirst }

  /// The variables that decide what it reads like.
  var variables: [Int] {
    switch source {
    case .entry(let variable): [variable]
    case .digits(let expression), .indexed(let expression, _): expression.variables
    }
  }

  /// The pieces it reads like, or nil while a variable has no value.
  func pieces(_ bindings: [Int?]) -> [String]? {
    switch source {
    case .entry(let variable): return bindings[variable].flatMap { fillers[$0] }
    case .digits(let expression): return expression.value(bindings).map { ["\($0)"] }
    case .indexed(let expression, let entries):
      guard let value = expression.value(bindings), !entries.isEmpty else { return nil }
      let index = value % entries.count
      return fillers[entries[index < 0 ? index + entries.count : index]]
    }
  }
}

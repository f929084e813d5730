/// Reads the declarations of a schema's variables.
struct VariableParser {
  let lexicon: Lexicon
  let size: WorldSize

  /// Reads `name: category`, `name: category of owner` and `name: low...high`.
  func variables(_ declarations: [String]) throws(SchemaError) -> [Variable] {
    var split: [(name: String, what: Substring)] = []
    for declaration in declarations {
      guard let colon = declaration.firstIndex(of: ":") else {
        throw SchemaError("'\(declaration)' is not 'name: what'")
      }
      let what = declaration[declaration.index(after: colon)...].drop { $0 == " " }
      split.append((String(declaration[..<colon]), what))
    }
    let names = split.map(\.name)
    var variables: [Variable] = []
    for (name, what) in split { variables.append(try variable(name, what, names)) }
    return variables
  }

  private func variable(_ name: String, _ what: Substring, _ names: [String]) throws(SchemaError)
    -> Variable
  {
    if what.contains("...") {
      return Variable(name: name, domain: try range(what, names), owner: nil)
    }
    let words = what.split(separator: " ")
    guard let entries = lexicon.categories[String(words[0])], !entries.isEmpty else {
      throw SchemaError("there is no category '\(words[0])'")
    }
    let domain = Variable.Domain.entries(entries, category: String(words[0]))
    guard words.count > 1 else {
      return Variable(name: name, domain: domain, owner: nil)
    }
    guard words.count == 3, words[1] == "of", let owner = names.firstIndex(of: String(words[2]))
    else {
      throw SchemaError("'\(what)' is not 'category of variable'")
    }
    return Variable(name: name, domain: domain, owner: owner)
  }

  /// Ranges for each size, separated by bars; the last one also serves larger worlds.
  private func range(_ text: Substring, _ names: [String]) throws(SchemaError) -> Variable.Domain {
    let ranges = text.split(separator: "|")
    let range = ranges[min(size.rank, ranges.count - 1)]
    let dots = range.firstIndex(of: ".") ?? range.endIndex
    return .range(
      try Expression(parsing: range[..<dots], names: names),
      try Expression(parsing: range[dots...].drop { $0 == "." }, names: names))
  }
}

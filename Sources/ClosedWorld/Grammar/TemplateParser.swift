/// Turns a template into instructions.
struct TemplateParser {
  let variables: [Variable]
  let size: WorldSize
  /// The tables of all slots so far, of this and other templates.
  private(set) var tables: FormTables
  private(set) var instructions: [Instruction] = []
  private(set) var slots: [Slot] = []
  private var rest: Substring = ""

  init(variables: [Variable], size: WorldSize, tables: FormTables) {
    self.variables = variables
    self.size = size
    self.tables = tables
  }

  /// Appends the instructions of `template`, and an end.
  mutating func parse(_ template: String) throws(SchemaError) {
    let flat = template.split(whereSeparator: \.isNewline).joined(separator: " ")
    rest = flat[...]
    try sequence()
    guard rest.isEmpty else { throw SchemaError("a bracket too many before '\(rest)'") }
    instructions.append(.end)
  }

  /// Reads up to the end of the template, or of a branch.
  private mutating func sequence() throws(SchemaError) {
    while let character = rest.first {
      switch character {
      case "|", "]": return
      case "[":
        rest.removeFirst()
        try choice()
      case "{":
        rest.removeFirst()
        guard let close = rest.firstIndex(of: "}") else {
          throw SchemaError("'{\(rest)' has no end")
        }
        try slot(rest[..<close])
        rest = rest[rest.index(after: close)...]
      default:
        let text = rest.prefix { !"[]|{".contains($0) }
        literal(text)
        rest = rest[text.endIndex...]
      }
    }
  }

  /// The lexer drops the space around a text; here it counts.
  private mutating func literal(_ text: Substring) {
    if text.first == " " { instructions.append(.literal(" ")) }
    let pieces = Lexer.pieces(of: text)
    instructions += pieces.map { .literal($0.text) }
    if text.last == " ", !pieces.isEmpty { instructions.append(.literal(" ")) }
  }

  /// Reads the branches of a choice; those of larger worlds are read and left out.
  private mutating func choice() throws(SchemaError) {
    let at = instructions.count
    instructions.append(.choose([]))
    var starts: [Int] = []
    var ends: [Int] = []
    while true {
      let marks = rest.prefix(2).prefix { $0 == "+" }.count
      rest = rest.dropFirst(marks)
      let start = instructions.count
      let known = slots.count
      try sequence()
      if marks <= size.rank {
        starts.append(start)
        ends.append(instructions.count)
        instructions.append(.jump(0))
      } else {
        instructions.removeSubrange(start...)
        slots.removeSubrange(known...)
      }
      guard let mark = rest.popFirst() else { throw SchemaError("a choice has no end") }
      if mark == "]" { break }
    }
    instructions[at] = .choose(starts)
    for end in ends { instructions[end] = .jump(instructions.count) }
  }
}

extension TemplateParser {
  /// Reads `variable.form`, `arithmetic` or `arithmetic@category.form`.
  private mutating func slot(_ text: Substring) throws(SchemaError) {
    let indexed = text.split(separator: "@", maxSplits: 1)
    let dotted = (indexed.last ?? text).split(separator: ".", maxSplits: 1)
    let name = dotted.first ?? text
    let form = dotted.count > 1 ? dotted[1] : ""
    let isCapitalized = (name.first?.isUppercase ?? false) || (form.first?.isUppercase ?? false)
    let names = variables.map(\.name)
    let plain = Self.lowercasingFirst(name)
    let source: Slot.Source
    var table = FormTable.empty
    func look(_ category: String) throws(SchemaError) -> FormTable {
      try tables.table(category, form: Self.lowercasingFirst(form), isCapitalized: isCapitalized)
    }
    if indexed.count > 1 {
      guard let category = tables.entries(of: plain) else {
        throw SchemaError("no category '\(plain)'")
      }
      source = .indexed(try Expression(parsing: indexed[0], names: names), category)
      table = try look(plain)
    } else if let index = names.firstIndex(of: plain),
      case .entries(_, let category) = variables[index].domain
    {
      source = .entry(variable: index)
      table = try look(category)
    } else {
      source = .digits(try Expression(parsing: text, names: names))
    }
    instructions.append(.slot(slots.count))
    slots.append(Slot(source: source, form: Self.lowercasingFirst(form), table: table))
  }

  private static func lowercasingFirst(_ text: Substring) -> String {
    text.prefix(1).lowercased() + text.dropFirst()
  }
}

/// A schema made ready for a world of one size: the same instructions write its texts, read them and align with them.
package struct Grammar: Sendable {
  package let kind: WorldKind
  package let name: String
  /// Whether it recognises texts that are never written.
  let isHeldOut: Bool
  let variables: [Variable]
  let slots: [Slot]
  let instructions: [Instruction]

  /// Reads `schema` with the words of `lexicon`.
  init(
    _ schema: Schema, size: WorldSize, lexicon: Lexicon, tables: inout FormTables
  ) throws(SchemaError) {
    kind = schema.kind
    name = schema.name
    isHeldOut = schema.isHeldOut
    let variables = try VariableParser(lexicon: lexicon, size: size).variables(schema.variables)
    var parser = TemplateParser(variables: variables, size: size, tables: tables)
    try parser.parse(schema.template)
    tables = parser.tables
    self.variables = variables
    slots = parser.slots
    instructions = parser.instructions
  }

  /// Bindings in which no variable has a value.
  var unbound: [Int?] { [Int?](repeating: nil, count: variables.count) }

  /// The words that are always the same, each once.
  var words: Set<String> {
    var words: Set<String> = []
    for case .literal(let word) in instructions where word != " " { words.insert(word) }
    return words
  }
}

/// A closed world of small coherent English whose truth is known: what can be said in it, and nothing else.
package struct World: Sendable {
  package let size: WorldSize
  package let lexicon: Lexicon
  /// All schemas, ready to write and read texts.
  package let grammars: [Grammar]

  /// The world of `size`.
  ///
  /// - Throws: If one of the project's schemas cannot be read.
  package init(_ size: WorldSize) throws(SchemaError) {
    self.size = size
    lexicon = Lexicon(size: size)
    var tables = FormTables(lexicon)
    var grammars: [Grammar] = []
    for schema in Schema.all where schema.size <= size {
      grammars.append(try Grammar(schema, size: size, lexicon: lexicon, tables: &tables))
    }
    self.grammars = grammars
  }
}

import Testing

@testable import ClosedWorld

@Suite struct GrammarTests {
  private static let lexicon = Lexicon(size: .tiny)

  private static func grammar(
    _ template: String, variables: [String] = ["a: child", "b: child"], size: WorldSize = .tiny
  ) throws -> Grammar {
    var tables = FormTables(lexicon)
    return try Grammar(
      Schema(.stories, "test", variables: variables, template), size: size, lexicon: lexicon,
      tables: &tables)
  }

  private static func probability(_ text: String, _ grammar: Grammar) -> Double {
    GrammarReader.readings(of: Lexer.pieces(of: text).map(\.text), by: grammar)
      .reduce(0) { $0 + Logarithm.inverse($1.logProbability) }
  }

  @Test func twoVariablesAreNeverTheSame() throws {
    let grammar = try Self.grammar("{a} met {b}.")
    #expect(abs(Self.probability("Mia met Tom.", grammar) - 1.0 / 56) < 1e-12)
    #expect(Self.probability("Mia met Mia.", grammar) == 0)
  }

  @Test func branchesOfLargerWorldsComeWithTheirSize() throws {
    let template = "{a} [ran|+walked|++flew]."
    for (size, share) in zip(WorldSize.allCases, [1.0, 0.5, 1.0 / 3]) {
      let grammar = try Self.grammar(template, size: size)
      #expect(abs(Self.probability("Mia ran.", grammar) - share / 8) < 1e-12)
    }
  }

  @Test func aRangeMayDependOnAnotherVariable() throws {
    let grammar = try Self.grammar(
      "{n-less} of {n}.", variables: ["n: 2...4", "less: 1...n-1"])
    #expect(abs(Self.probability("1 of 4.", grammar) - 1.0 / 9) < 1e-12)
    #expect(Self.probability("4 of 4.", grammar) == 0)
  }

  @Test func aFormThatManyShareSumsOverThem() throws {
    let grammar = try Self.grammar("A {a.kind}.")
    #expect(abs(Self.probability("A girl.", grammar) - 0.5) < 1e-12)
  }

  @Test func anIndexWrapsAround() throws {
    let grammar = try Self.grammar("{i@weekday}, {i+1@weekday}", variables: ["i: 0...6"])
    #expect(abs(Self.probability("Sunday, Monday", grammar) - 1.0 / 7) < 1e-12)
  }

  @Test(arguments: ["{nobody}", "{a", "[x|y", "x]", "{a.shape}", "{1@things}"])
  func aTemplateThatCannotBeReadIsRefused(_ template: String) {
    #expect(throws: SchemaError.self) { try Self.grammar(template) }
  }

  @Test(arguments: ["a", "a: dragons", "a: child of", "a: child of c", "a: 1...x"])
  func aVariableThatCannotBeReadIsRefused(_ variable: String) {
    #expect(throws: SchemaError.self) { try Self.grammar("x", variables: [variable]) }
  }
}

import Tokenizers
import Testing

@Suite struct SplitPatternParserTests {
  @Test(arguments: [
    ("a)", ")", "a parenthesis that was not opened"),
    ("x(a", "(a", "a parenthesis that is not closed"),
    ("*a", "*", "a quantifier with nothing to repeat"),
    ("(?:a*)*", "*", "an endless repetition of what can be empty"),
    ("a{2,1}", "{2,1}", "bounds that are not 0 to 1000, smaller first"),
    ("a{9999}", "{9999}", "bounds that are not 0 to 1000, smaller first"),
    (#"a\"#, #"\"#, "nothing after a backslash"),
    (#"\pL"#, #"\pL"#, "a property without braces"),
    (#"\x{D800}"#, #"\x{D800}"#, "an escape that is no code point"),
    ("[a", "[a", "a bracket that is not closed"),
    ("[z-a]", "z-a]", "a range whose end is not after its beginning"),
  ])
  func saysWhatItCannotRead(expression: String, construct: String, problem: String) {
    #expect(throws: SplitPatternError(construct: construct, problem: problem)) {
      try SplitPattern(expression)
    }
  }

  @Test(arguments: [
    #"\X"#, #"\p{Klingon}"#, "(?<name>a)", "(?<=a+)b", "[[:klingon:]]", #"(a)\1"#,
  ])
  func saysThatAnExpressionIsInOrderAndNotImplemented(expression: String) {
    let error = #expect(throws: SplitPatternError.self) { try SplitPattern(expression) }
    #expect(error?.isValid == true)
  }

  @Test(arguments: [
    String(repeating: "(", count: 100_000), String(repeating: "[", count: 100_000),
    "a" + String(repeating: "{1}", count: 100_000), "(?:(?:a{2}b){1000}){1000}",
    String(repeating: "(?:", count: 20) + String(repeating: "){1000}", count: 20),
  ])
  func refusesExpressionsThatWouldExhaustTheMachine(expression: String) {
    #expect(throws: SplitPatternError.self) { try SplitPattern(expression) }
  }

  @Test(arguments: [
    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#,
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re)?|\p{N}{1,3}"#,
    #"[一-龥぀-ゟ゠-ヿ]+"#, #"(?>\d+)(?=\.)"#,
  ])
  func readsPublishedExpressions(expression: String) throws { _ = try SplitPattern(expression) }
}

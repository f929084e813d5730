import Testing

@testable import ClosedWorld

@Suite struct ExpressionTests {
  @Test(arguments: [("2*a - 1", 5), ("a+b*2", 13), ("a-b-1", -3), ("7", 7)])
  func productsBindCloserAndSumsRunFromTheLeft(_ text: String, _ value: Int) throws {
    let expression = try Expression(parsing: text, names: ["a", "b"])
    #expect(expression.value([3, 5]) == value)
  }

  @Test func aVariableWithoutAValueLeavesNone() throws {
    let expression = try Expression(parsing: "a+b", names: ["a", "b"])
    #expect(expression.value([1, nil]) == nil)
    #expect(expression.text([1, nil]) == nil)
    #expect(expression.text([1, 2]) == "1 + 2")
  }

  @Test(arguments: ["", "a+", "c", "a b", "a++b"]) func whatIsNotArithmeticIsRefused(_ text: String)
  {
    #expect(throws: SchemaError.self) { try Expression(parsing: text, names: ["a", "b"]) }
  }
}

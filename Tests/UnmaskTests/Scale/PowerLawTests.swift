import Testing

@testable import unmask

@Suite struct PowerLawTests {
  @Test func aLawIsFound() throws {
    let points = [1e9, 3e9, 9e9].map { (x: $0, y: 500 / $0.squareRoot()) }
    let law = try #require(PowerLaw(points))
    #expect(abs(law.exponent - 0.5) < 1e-9 && abs(law.factor - 500) < 1e-4)
    #expect(try #require(law.exponentError) < 1e-6)
    #expect(abs(law.x(of: law.value(at: 2e9)) - 2e9) < 10)
  }

  @Test func pointsBesideTheLawShowInTheError() throws {
    // Logarithms 0, 1, 2 and 0, 1, 0: slope 0, residuals −1/3, 2/3, −1/3.
    let e = 2.718281828459045
    let law = try #require(PowerLaw([(1, 1), (e, e), (e * e, 1)]))
    #expect(abs(law.exponent) < 1e-9)
    #expect(abs(try #require(law.exponentError) - (6 / 9.0 / 2).squareRoot()) < 1e-9)
  }

  @Test func whatHasNoLawHasNone() {
    #expect(PowerLaw([(1, 1)]) == nil)
    #expect(PowerLaw([(1, 1), (1, 2)]) == nil)
    #expect(PowerLaw([(1, 1), (2, -1)]) == nil)
  }
}

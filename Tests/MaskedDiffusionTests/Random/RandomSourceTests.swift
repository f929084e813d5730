import MaskedDiffusion
import Testing

@Suite struct RandomSourceTests {
  @Test func numbersDependOnNothingButTheirPlace() {
    let a = SeededRandomSource(seed: 7)
    let b = SeededRandomSource(seed: 7)
    _ = b.uniform(for: .token, step: 1, position: 1)
    #expect(
      a.uniform(for: .transfer, step: 3, position: 9)
        == b.uniform(for: .transfer, step: 3, position: 9))
  }

  @Test func neighboursAreIndependent() {
    // Correlations of 40,000 pairs of independent uniforms stay below 5 / √40,000 = 0.025.
    let source = SeededRandomSource(seed: 0)
    func number(_ purpose: RandomPurpose, _ step: Int, _ position: Int) -> Double {
      source.uniform(for: purpose, step: step, position: position) - 0.5
    }
    let places = (0..<200).flatMap { step in (0..<200).map { (step, $0) } }
    let variance = 1.0 / 12
    func correlation(_ other: (Int, Int) -> Double) -> Double {
      places.reduce(0) { $0 + number(.transfer, $1.0, $1.1) * other($1.0, $1.1) }
        / Double(places.count) / variance
    }
    #expect(abs(correlation { number(.transfer, $0 + 1, $1) }) < 0.025)
    #expect(abs(correlation { number(.transfer, $0, $1 + 1) }) < 0.025)
    #expect(abs(correlation { number(.remask, $0, $1) }) < 0.025)
    #expect(abs(places.reduce(0) { $0 + number(.transfer, $1.0, $1.1) } / 40_000) < 0.0072)
  }

  @Test func extremesAreNeverReached() {
    let numbers = SeededRandomSource(seed: 3).tokenUniforms(step: 0, position: 0, count: 100_000)
    #expect(numbers.allSatisfy { $0 > 0 && $0 < 1 })
  }
}

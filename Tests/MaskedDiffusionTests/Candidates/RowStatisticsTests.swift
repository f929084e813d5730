import Foundation
import MaskedDiffusion
import Testing

@Suite struct RowStatisticsTests {
  private func statistics(_ row: [Float], temperature: Double = 1) -> RowStatistics? {
    row.withUnsafeBufferPointer { RowStatistics($0, temperature: temperature) }
  }

  @Test func readsArgmaxEntropyAndProbabilities() throws {
    let row = try #require(statistics([0.25, 0.5, 0.25].map { Float(log($0)) }))
    #expect(row.argmax == 1)
    #expect(abs(row.entropy - 1.5 * log(2)) < 1e-7)
    let assessment = row.assessment(ofLogit: row.largest)
    #expect(abs(assessment.confidence - 0.5) < 1e-7)
    #expect(abs(assessment.margin - 0.25) < 1e-7)
  }

  @Test func suppressedTokensHaveNoProbability() throws {
    let row = try #require(statistics([-.infinity, 1, -.infinity]))
    #expect(row.argmax == 1)
    #expect(row.entropy == 0)
    #expect(row.assessment(ofLogit: row.largest).margin == 1)
  }

  @Test(arguments: [[Float.nan, 0], [.infinity, 0], [-.infinity, -.infinity], []])
  func rowsThatAreNoDistributionAreRefused(_ row: [Float]) {
    #expect(statistics(row) == nil)
  }

  @Test func temperatureDividesTheLogits() throws {
    let row = try #require(statistics([0, 2], temperature: 2))
    #expect(abs(row.probability(ofLogit: 1) - 1 / (1 + exp(-1))) < 1e-12)
  }
}

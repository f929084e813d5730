#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import MaskedDiffusion
import Testing
import _TestSupport

@Suite struct RowDivergenceTests {
  /// The formula, term by term.
  private func expected(_ own: [Float], _ other: [Float]) -> Double {
    func softmax(_ row: [Float]) -> [Double] {
      let weights = row.map { exp(Double($0)) }
      return weights.map { $0 / weights.reduce(0, +) }
    }
    return zip(softmax(own), softmax(other)).reduce(0) {
      $0 + $1.0 * log(($1.0 + 1e-12) / ($1.1 + 1e-12))
    }
  }

  private func found(_ own: [Float], _ other: [Float]) throws -> Double {
    let reader = SequentialLogitsReader()
    let logits = Logits(positions: [0], vocabularySize: own.count, values: own)
    let sums = try [own, other].map { row in
      try #require(row.withUnsafeBufferPointer { RowStatistics($0) }).logSumExp
    }
    return reader.probabilities(of: logits, rows: [0]).withUnsafeBufferPointer { p in
      own.withUnsafeBufferPointer { own in
        other.withUnsafeBufferPointer { other in
          RowDivergence(
            probabilities: p, logits: own, others: other,
            logSumExps: (sums[0], sums[1])
          ).value
        }
      }
    }
  }

  @Test(arguments: [1, 5, 8, 9, 63, 4096], [0.1, 3, 30] as [Float])
  func isTheSumOfAllTerms(_ count: Int, _ spread: Float) throws {
    var numbers = SplitMix(state: UInt64(count))
    func row() -> [Float] {
      (0..<count).map { _ in Float(numbers.next(below: 1000)) / 1000 * spread }
    }
    let own = row(), other = row()
    #expect(try abs(found(own, other) - expected(own, other)) < 1e-5 * (1 + expected(own, other)))
    #expect(try abs(found(own, own)) < 1e-6)
  }

  @Test func aTokenThatWasImpossibleBeforeCounts() throws {
    let own: [Float] = [0, 0, -.infinity, 1], other: [Float] = [0, -80, -.infinity, 1]
    #expect(try abs(found(own, other) - expected(own, other)) < 1e-5)
    let never: [Float] = [0, -.infinity, -.infinity, 1]
    #expect(try abs(found(own, never) - expected(own, never)) < 1e-5)
  }
}

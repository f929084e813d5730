import Foundation
import Kernels
import MaskedDiffusion
import Testing

/// The fast reader against the plain one.
@Suite struct KernelLogitsReaderTests {
  private func logits(rows: Int, columns: Int) -> Logits {
    var generator = SplitMix64(seed: UInt64(columns))
    return Logits(
      positions: Array(0..<rows), vocabularySize: columns,
      values: (0..<rows * columns).map { _ in Float(generator.nextUniform() * 20 - 10) })
  }

  @Test(arguments: [1, 2, 15, 16, 17, 511, 512, 513, 1500], [1, 2])
  func readsWhatThePlainReaderReads(_ columns: Int, _ threads: Int) throws {
    let logits = logits(rows: 7, columns: columns)
    let rows = [0, 2, 3, 6]
    let draw = (temperature: 0.7, uniforms: [0.01, 0.4, 0.6, 0.999])
    let reader = KernelLogitsReader(kernels: Kernels(threadCount: threads))
    let found = reader.readings(of: logits, rows: rows, draw: draw)
    let expected = SequentialLogitsReader().readings(of: logits, rows: rows, draw: draw)
    for (a, b) in zip(found, expected) {
      let a = try #require(a)
      let b = try #require(b)
      #expect(a.drawnToken == b.drawnToken)
      #expect(a.statistics.argmax == b.statistics.argmax)
      #expect(a.statistics.largest == b.statistics.largest)
      #expect(a.statistics.secondLargest == b.statistics.secondLargest)
      #expect(abs(a.statistics.logSumExp - b.statistics.logSumExp) < 2e-6)
      #expect(abs(a.statistics.entropy - b.statistics.entropy) < 2e-5)
    }
  }

  @Test func drawsFollowTheTemperedDistribution() {
    let logits = Logits(positions: [0], vocabularySize: 3, values: [0, 1, 2])
    let reader = KernelLogitsReader(kernels: Kernels(threadCount: 1))
    let weights = [0.0, 1, 2].map { exp($0 / 2) }
    let total = weights.reduce(0, +)
    var counts = [0.0, 0, 0]
    for index in 0..<3000 {
      let uniform = (Double(index) + 0.5) / 3000
      let reading = reader.readings(of: logits, rows: [0], draw: (2, [uniform]))[0]
      counts[Int(reading?.drawnToken ?? 0)] += 1
    }
    for (count, weight) in zip(counts, weights) {
      #expect(abs(count / 3000 - weight / total) < 1e-3)
    }
  }

  @Test(arguments: [[Float.nan, 0, 1], [.infinity, 0, 1], [-.infinity, -.infinity, -.infinity]])
  func rowsThatAreNoDistributionAreNotRead(_ row: [Float]) {
    let logits = Logits(positions: [0], vocabularySize: 3, values: row)
    let reader = KernelLogitsReader(kernels: Kernels(threadCount: 1))
    #expect(reader.readings(of: logits, rows: [0], draw: (1, [0.5])) == [nil])
  }

  @Test func suppressedTokensAreNeverDrawn() {
    let logits = Logits(
      positions: [0], vocabularySize: 4, values: [-.infinity, 3, -.infinity, -.infinity])
    let reader = KernelLogitsReader(kernels: Kernels(threadCount: 1))
    for uniform in [1e-12, 0.5, 1 - 1e-12] {
      #expect(reader.readings(of: logits, rows: [0], draw: (1, [uniform]))[0]?.drawnToken == 1)
    }
  }

  @Test func findsTheSameLargestValuesAsTheSequentialReader() {
    let reader = KernelLogitsReader(kernels: Kernels(threadCount: 1))
    let row = (0..<5000).map { Float($0 * 7919 % 1013) }
    row.withUnsafeBufferPointer { row in
      for count in [0, 1, 8, 64, 6000] {
        #expect(reader.largest(count, of: row) == SequentialLogitsReader().largest(count, of: row))
      }
    }
  }
}

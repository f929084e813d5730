import Foundation
import MaskedDiffusion
import Testing

/// Against the definition: sort everything, then cut.
@Suite struct FilteredDistributionTests {
  /// Pseudorandom logits with ties, some of them impossible.
  func logits(_ count: Int, seed: UInt64, spread: Float) -> [Float] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      let number = random.next()
      return number % 31 == 0 ? -.infinity : Float(number % 997) / 997 * spread
    }
  }

  func expected(
    _ row: [Float], temperature: Double, topK: Int?, topP: Double?
  ) -> [TokenID] {
    let order = row.indices.filter { row[$0] > -.infinity }.sorted {
      row[$0] != row[$1] ? row[$0] > row[$1] : $0 < $1
    }
    var kept = order
    if let topP {
      let weights = order.map { exp((Double(row[$0]) - Double(row[order[0]])) / temperature) }
      let total = weights.reduce(0, +)
      var sum = 0.0
      kept = []
      for (token, weight) in zip(order, weights) where sum <= topP * total {
        kept.append(token)
        sum += weight
      }
    }
    if let topK, topK < kept.count {
      let smallest = row[kept[topK - 1]]
      kept = kept.filter { row[$0] >= smallest }
    }
    return kept.map { TokenID($0) }
  }

  @Test(
    arguments: [(nil, 0.9), (nil, 0.999999), (5, nil), (5, 0.5), (400, 0.3), (5000, nil)]
      as [(Int?, Double?)], [Float(0.1), 5, 60, 2000])
  func keepsWhatSortingEverythingKeeps(filter: (topK: Int?, topP: Double?), spread: Float) {
    for (seed, temperature) in [(UInt64(1), 1.0), (2, 0.3), (3, 7)] {
      let row = logits(1500, seed: seed, spread: spread)
      let filtered = row.withUnsafeBufferPointer {
        FilteredDistribution($0, temperature: temperature, topK: filter.topK, topP: filter.topP)
      }
      #expect(
        filtered.tokens
          == expected(row, temperature: temperature, topK: filter.topK, topP: filter.topP))
      #expect(abs(filtered.probabilities.reduce(0, +) - 1) < 1e-12)
    }
  }
}

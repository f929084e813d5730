import CKernels
import Testing

/// The indices of all values sorted, largest first, lower indices first among equals.
private func sorted(_ row: [Float], _ most: Int) -> [Int32] {
  row.indices.sorted { row[$0] != row[$1] ? row[$0] > row[$1] : $0 < $1 }
    .prefix(most).map { Int32($0) }
}

private func largest(_ isa: ck_isa, _ row: [Float], _ most: Int) -> [Int32] {
  var indices = [Int32](repeating: -1, count: most)
  let found = ck_largest(isa, row, row.count, most, &indices)
  return Array(indices[..<found])
}

@Suite("Ranking")
struct RankingTests {
  @Test(arguments: instructionSets)
  func findsTheLargestInOrder(isa: ck_isa) {
    for count in awkwardSizes + [1000, 4099] {
      var noise = Noise(seed: UInt64(count))
      let row = noise.values(count, scale: 9)
      for most in [0, 1, 2, 8, 17, 64] {
        #expect(largest(isa, row, most) == sorted(row, most), "\(count) \(most)")
      }
    }
  }

  @Test(arguments: instructionSets)
  func lowerIndicesComeFirstAmongEquals(isa: ck_isa) {
    let row = (0..<200).map { Float($0 % 5) }
    #expect(largest(isa, row, 50) == sorted(row, 50))
    #expect(largest(isa, [Float](repeating: -.infinity, count: 40), 3) == [0, 1, 2])
  }

  @Test(arguments: instructionSets)
  func risingValuesAreAllFound(isa: ck_isa) {
    let row = (0..<300).map(Float.init)
    #expect(largest(isa, row, 5) == [299, 298, 297, 296, 295])
  }

  @Test(arguments: instructionSets)
  func numbersThatAreNoneArePassedOver(isa: ck_isa) {
    var row = (0..<100).map(Float.init)
    row[50] = .nan
    #expect(largest(isa, row, 3) == [99, 98, 97])
  }
}

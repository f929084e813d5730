import CKernels
import Foundation
import Testing

private func measured(_ row: [Float], _ isa: ck_isa) -> ck_row_statistics {
  var statistics = ck_row_statistics()
  ck_measure_row(isa, row, row.count, &statistics)
  return statistics
}

@Suite("Softmax")
struct SoftmaxTests {
  @Test(arguments: instructionSets)
  func measuresAgreeWithDoubleArithmetic(isa: ck_isa) {
    for count in awkwardSizes.dropFirst() + [4095, 4096, 4097, 9000, 32_000] {
      for scale in [Float(0.01), 1, 30] {
        var noise = Noise(seed: UInt64(count))
        let row = noise.values(count, scale: scale)
        let statistics = measured(row, isa)
        let largest = Double(row.max() ?? 0)
        let weights = row.map { exp(Double($0) - largest) }
        let total = weights.reduce(0, +)
        let entropy = -weights.reduce(0.0) { $0 + ($1 == 0 ? 0 : $1 / total * log($1 / total)) }
        #expect(abs(statistics.log_sum_exp - (largest + log(total))) < 2e-6, "\(isa) \(count)")
        #expect(abs(statistics.entropy - entropy) < 1e-5 * (1 + entropy), "\(isa) \(count)")
        let order = row.indices.sorted { (-row[$0], $0) < (-row[$1], $1) }
        #expect(statistics.argmax == Int32(order[0]) && statistics.maximum == row[order[0]])
        #expect(statistics.second_index == (count > 1 ? Int32(order[1]) : -1))
        #expect(statistics.second == (count > 1 ? row[order[1]] : -.infinity))
      }
    }
  }

  @Test(arguments: instructionSets)
  func amongEqualsTheFirstWins(isa: ck_isa) {
    for first in [0, 3, 16, 17, 4096, 4999] {
      var row = [Float](repeating: -1, count: 5000)
      for index in first..<5000 { row[index] = 2 }
      let statistics = measured(row, isa)
      #expect(statistics.argmax == Int32(first))
      #expect(statistics.second_index == Int32(first < 4999 ? first + 1 : 0))
    }
  }

  @Test(arguments: instructionSets)
  func forbiddenTokensWeighNothing(isa: ck_isa) {
    var row = [Float](repeating: -.infinity, count: 9000)
    row[8999] = 5
    var statistics = measured(row, isa)
    #expect(statistics.log_sum_exp == 5 && statistics.entropy == 0)
    #expect(statistics.argmax == 8999 && statistics.second_index == -1)
    row[0] = 5
    statistics = measured(row, isa)
    #expect(abs(statistics.entropy - log(2)) < 1e-6)
    #expect(statistics.argmax == 0 && statistics.second_index == 8999)
  }

  @Test(arguments: instructionSets)
  func rowsWithoutADistributionSaySo(isa: ck_isa) {
    #expect(measured([], isa).log_sum_exp == -.infinity)
    #expect(measured([], isa).entropy == 0)
    let none = measured([-.infinity, -.infinity], isa)
    #expect(none.log_sum_exp == -.infinity && none.argmax == -1)
    for bad in [Float.nan, .infinity] {
      for index in [0, 5, 5000] {
        var row = [Float](repeating: 0, count: 5001)
        row[index] = bad
        #expect(measured(row, isa).log_sum_exp.isNaN)
      }
    }
  }

  @Test(arguments: instructionSets)
  func exponentialsAreExactToAFewUnits(isa: ck_isa) {
    let x = (-1_200...900).map { Float($0) * 0.0951 }
    for count in awkwardSizes + [x.count] {
      let input = Array(x.suffix(count))
      var output = [Float](repeating: 0, count: count)
      let sum = ck_exp_row(isa, input, 0, 1, count, &output)
      var exactSum = 0.0
      for (value, x) in zip(output, input) {
        let exact = exp(Double(x))
        exactSum += exact
        // Below 2⁻¹²⁶ zero is good enough.
        #expect(abs(Double(value) - exact) <= exact * 0x1p-21 + 0x1p-126, "\(isa) \(x)")
      }
      #expect(abs(sum - exactSum) <= exactSum * 0x1p-20 + 1e-37)
    }
    var special = [Float](repeating: 1, count: 5)
    _ = ck_exp_row(isa, [.nan, .infinity, -.infinity, 200, 0], 0, 1, 5, &special)
    #expect(special[0].isNaN && special[1] == .infinity && special[2] == 0)
    #expect(special[3] == .infinity && special[4] == 1)
  }

  @Test(arguments: instructionSets)
  func temperatureDividesTheDifferences(isa: ck_isa) {
    var output = [Float](repeating: 0, count: 3)
    let sum = ck_exp_row(isa, [1, 3, 2], 3, 2, 3, &output)
    for (value, exact) in zip(output, [exp(-4.0), 1, exp(-2.0)]) {
      #expect(abs(Double(value) - exact) < 1e-6)
    }
    #expect(abs(sum - (exp(-4.0) + 1 + exp(-2.0))) < 1e-6)
  }
}

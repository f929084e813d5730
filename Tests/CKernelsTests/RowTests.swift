import CKernels
import Foundation
import Testing

private func expectNear(
  _ values: [Float], _ exact: [Double], _ tolerance: Double, _ comment: Comment,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(values.count == exact.count, sourceLocation: sourceLocation)
  for (value, exact) in zip(values, exact) {
    #expect(
      abs(Double(value) - exact) <= tolerance * (1 + abs(exact)), comment,
      sourceLocation: sourceLocation)
  }
}

@Suite("Norms, activations, rotation")
struct RowTests {
  @Test(arguments: instructionSets)
  func rmsNormDividesByTheRootOfTheMeanSquare(isa: ck_isa) {
    for count in awkwardSizes.dropFirst() + [1792] {
      var noise = Noise(seed: UInt64(count))
      let x = noise.values(count, scale: 20), weight = noise.values(count)
      let mean = x.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(count)
      let exact = zip(x, weight).map {
        Double($0) / (mean + Double(Float(1e-5))).squareRoot() * Double($1)
      }
      var output = [Float](repeating: 0, count: count)
      ck_rms_norm(isa, x, weight, 1e-5, count, &output)
      expectNear(output, exact, 0x1p-20, "\(isa) \(count)")
      var inPlace = x
      inPlace.withUnsafeMutableBufferPointer {
        ck_rms_norm(isa, $0.baseAddress, weight, 1e-5, count, $0.baseAddress)
      }
      #expect(inPlace == output)
      ck_rms_norm(isa, x, nil, 1e-5, count, &inPlace)
      for index in 0..<count where weight[index] != 0 {
        #expect(abs(inPlace[index] * weight[index] - output[index]) <= abs(output[index]) * 0x1p-20)
      }
    }
    ck_rms_norm(isa, [], [], 1e-5, 0, nil)
  }

  @Test(arguments: instructionSets)
  func layerNormCentresAndScales(isa: ck_isa) {
    for count in awkwardSizes.dropFirst(2) {
      var noise = Noise(seed: UInt64(count))
      let x = noise.values(count).map { $0 + 5 }
      let weight = noise.values(count), bias = noise.values(count)
      let mean = x.reduce(0.0) { $0 + Double($1) } / Double(count)
      let variance = x.reduce(0.0) { $0 + pow(Double($1) - mean, 2) } / Double(count)
      let exact = (0..<count).map {
        (Double(x[$0]) - mean) / (variance + 1e-5).squareRoot() * Double(weight[$0])
          + Double(bias[$0])
      }
      var output = [Float](repeating: 0, count: count)
      ck_layer_norm(isa, x, weight, bias, 1e-5, count, &output)
      expectNear(output, exact, 1e-5, "\(isa) \(count)")
      ck_layer_norm(isa, x, nil, nil, 1e-5, count, &output)
      expectNear(
        output, x.map { (Double($0) - mean) / (variance + 1e-5).squareRoot() }, 1e-5, "\(isa)")
    }
  }

  @Test(arguments: instructionSets)
  func swiGLUGatesWithSiLU(isa: ck_isa) {
    for count in awkwardSizes {
      var noise = Noise(seed: 3)
      let gate = noise.values(count, scale: 12), up = noise.values(count)
      let exact = zip(gate, up).map { Double($0) / (1 + exp(-Double($0))) * Double($1) }
      var output = [Float](repeating: 0, count: count)
      ck_swiglu(isa, gate, up, count, &output)
      expectNear(output, exact, 0x1p-20, "\(isa) \(count)")
    }
    var extremes = [Float](repeating: 0, count: 4)
    ck_swiglu(isa, [-1e9, 1e9, .nan, -100], [1, 1, 1, 1], 4, &extremes)
    #expect(extremes[0] == 0 && extremes[1] == 1e9 && extremes[2].isNaN)
    #expect(abs(extremes[3]) < 1e-30)
  }

  @Test(arguments: instructionSets)
  func swiGLUOfRowsLeavesWhatIsBetweenThem(isa: ck_isa) {
    for count in [1, 16, 32, 37] {
      var noise = Noise(seed: 8)
      let up = noise.values(3 * 40)
      var gate = noise.values(3 * 50, scale: 12)
      let before = gate
      ck_swiglu_rows(isa, &gate, 50, up, 40, 3, count)
      for row in 0..<3 {
        var expected = Array(before[row * 50..<(row + 1) * 50])
        ck_swiglu(isa, expected, Array(up[row * 40..<(row + 1) * 40]), count, &expected)
        #expect(Array(gate[row * 50..<(row + 1) * 50]) == expected)
      }
    }
  }

  @Test(arguments: instructionSets)
  func geluWeighsWithTheNormalDistribution(isa: ck_isa) {
    for count in awkwardSizes {
      var noise = Noise(seed: 4)
      let x = noise.values(count, scale: 6)
      var output = [Float](repeating: 0, count: count)
      ck_gelu(isa, x, 0, count, &output)
      expectNear(
        output, x.map { 0.5 * Double($0) * (1 + erf(Double($0) / 2.squareRoot())) }, 0x1p-20,
        "\(isa) \(count)")
      ck_gelu(isa, x, 1, count, &output)
      let c = (2 / Double.pi).squareRoot()
      expectNear(
        output,
        x.map { Double($0) }.map { 0.5 * $0 * (1 + tanh(c * ($0 + 0.044715 * $0 * $0 * $0))) },
        0x1p-20, "\(isa) \(count)")
    }
  }

  @Test(arguments: instructionSets)
  func addAddsInPlaceToo(isa: ck_isa) {
    for count in awkwardSizes {
      var noise = Noise(seed: 4)
      let a = noise.values(count)
      var b = noise.values(count)
      let sums = zip(a, b).map { $0 + $1 }
      b.withUnsafeMutableBufferPointer { ck_add(isa, a, $0.baseAddress, count, $0.baseAddress) }
      #expect(b == sums)
    }
  }

  @Test(arguments: instructionSets)
  func rotationTurnsPairsOfHalves(isa: ck_isa) {
    for size in awkwardSizes + [128] {
      var noise = Noise(seed: 6)
      let half = size / 2
      let angles = noise.values(half, scale: 4).map(Double.init)
      let x = noise.values(3 * size)
      var output = x
      ck_rotate_halves(
        isa, &output, 3, size, angles.map { Float(cos($0)) }, angles.map { Float(sin($0)) })
      for head in 0..<3 {
        for i in 0..<half {
          let a = Double(x[head * size + i]), b = Double(x[head * size + half + i])
          expectNear(
            [output[head * size + i], output[head * size + half + i]],
            [a * cos(angles[i]) - b * sin(angles[i]), b * cos(angles[i]) + a * sin(angles[i])],
            0x1p-22, "\(isa) \(size)")
        }
        if size % 2 == 1 { #expect(output[head * size + size - 1] == x[head * size + size - 1]) }
      }
    }
  }
}

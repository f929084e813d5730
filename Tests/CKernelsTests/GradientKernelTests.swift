import CKernels
import Foundation
import Testing

@Suite("Backward passes of rows")
struct GradientKernelTests {
  /// The largest difference, in units of the largest exact value and one.
  private func error(_ values: [Float], _ exact: [Double]) -> Double {
    let scale = 1 + (exact.map(abs).max() ?? 0)
    return zip(values, exact).map { abs(Double($0) - $1) }.max().map { $0 / scale } ?? 0
  }

  @Test(arguments: instructionSets)
  func rmsNormPassesBackWhatTheFormulaSays(isa: ck_isa) {
    for count in awkwardSizes.dropFirst() + [768] {
      var noise = Noise(seed: UInt64(count))
      let x = noise.values(count, scale: 3), weight = noise.values(count)
      let gradient = noise.values(count), before = noise.values(count)
      let mean =
        x.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(count) + Double(Float(1e-5))
      let r = 1 / mean.squareRoot()
      let along = (0..<count).reduce(0.0) {
        $0 + Double(gradient[$1]) * Double(weight[$1]) * Double(x[$1])
      }
      let exact = (0..<count).map { index -> Double in
        let pull = Double(gradient[index]) * Double(weight[index]) * r
        return Double(before[index]) + pull - Double(x[index]) * r * r * r * along / Double(count)
      }
      var inputGradient = before, weightGradient = before
      ck_rms_norm_backward(isa, x, weight, 1e-5, gradient, count, &inputGradient, &weightGradient)
      #expect(error(inputGradient, exact) < 0x1p-19, "\(isa) \(count)")
      let exactWeight = (0..<count).map {
        Double(before[$0]) + Double(gradient[$0]) * Double(x[$0]) * r
      }
      #expect(error(weightGradient, exactWeight) < 0x1p-19, "\(isa) \(count)")
      var plain = before
      ck_rms_norm_backward(isa, x, nil, 1e-5, gradient, count, &plain, nil)
      var ones = before
      let one = [Float](repeating: 1, count: count)
      ck_rms_norm_backward(isa, x, one, 1e-5, gradient, count, &ones, nil)
      #expect(error(plain, ones.map(Double.init)) < 0x1p-20, "\(isa) \(count)")
    }
  }

  @Test(arguments: instructionSets, [false, true])
  func swiGLUPassesBackWhatTheFormulaSays(isa: ck_isa, inPlace: Bool) {
    for count in awkwardSizes {
      var noise = Noise(seed: UInt64(count))
      let gate = noise.values(count, scale: 8), up = noise.values(count)
      let gradient = noise.values(count)
      func sigmoid(_ x: Float) -> Double { 1 / (1 + exp(-Double(x))) }
      let hidden = (0..<count).map { Double(gate[$0]) * sigmoid(gate[$0]) * Double(up[$0]) }
      let gateGradient = (0..<count).map { index -> Double in
        let s = sigmoid(gate[index])
        return Double(gradient[index]) * Double(up[index]) * s * (1 + Double(gate[index]) * (1 - s))
      }
      let upGradient = (0..<count).map {
        Double(gradient[$0]) * Double(gate[$0]) * sigmoid(gate[$0])
      }
      var g = gate, u = up, h = gradient
      if inPlace {
        h.withUnsafeMutableBufferPointer {
          ck_swiglu_backward(isa, &g, &u, $0.baseAddress, count, $0.baseAddress)
        }
      } else {
        ck_swiglu_backward(isa, &g, &u, gradient, count, &h)
      }
      #expect(error(h, hidden) < 0x1p-19, "\(isa) \(count)")
      #expect(error(g, gateGradient) < 0x1p-19, "\(isa) \(count)")
      #expect(error(u, upGradient) < 0x1p-19, "\(isa) \(count)")
    }
  }

  @Test(arguments: instructionSets)
  func softmaxAndItsBackwardPassAreThoseOfTheFormula(isa: ck_isa) {
    for count in awkwardSizes.dropFirst() {
      var noise = Noise(seed: UInt64(count))
      let scores = noise.values(count, scale: 9), gradient = noise.values(count)
      let sum = scores.reduce(0.0) { $0 + exp(Double($1) * 0.5) }
      let exact = scores.map { exp(Double($0) * 0.5) / sum }
      var weights = [Float](repeating: 0, count: count)
      ck_softmax(isa, scores, 0.5, count, &weights)
      #expect(error(weights, exact) < 0x1p-20, "\(isa) \(count)")
      let along = zip(exact, gradient).reduce(0.0) { $0 + $1.0 * Double($1.1) }
      let exactGradient = zip(exact, gradient).map { 0.5 * $0 * (Double($1) - along) }
      var scoreGradient = gradient
      ck_softmax_backward(isa, weights, 0.5, count, &scoreGradient)
      #expect(error(scoreGradient, exactGradient) < 0x1p-19, "\(isa) \(count)")
    }
  }

  @Test(arguments: instructionSets)
  func crossEntropyIsTheNegativeLogarithmAndItsGradient(isa: ck_isa) {
    for count in awkwardSizes.dropFirst() + [1000] {
      var noise = Noise(seed: UInt64(count))
      let logits = noise.values(count, scale: 30)
      let target = count / 2
      let sum = logits.reduce(0.0) { $0 + exp(Double($1)) }
      var row = logits
      let loss = ck_cross_entropy(isa, &row, count, target, 3)
      let expected = log(sum) - Double(logits[target])
      #expect(abs(loss - expected) < 1e-6 * (1 + expected), "\(isa) \(count)")
      let exact = logits.indices.map {
        3 * (exp(Double(logits[$0])) / sum - ($0 == target ? 1 : 0))
      }
      #expect(error(row, exact) < 0x1p-19, "\(isa) \(count)")
    }
    var row: [Float] = [1, 2]
    #expect(ck_cross_entropy(isa, &row, 2, 2, 1).isNaN)
    #expect(row == [1, 2])
  }

  @Test(arguments: instructionSets)
  func stepsOfAdamWFollowTheDefinition(isa: ck_isa) {
    for count in awkwardSizes {
      var noise = Noise(seed: UInt64(count))
      let gradient = noise.values(count), start = noise.values(count)
      let startMean = noise.values(count), startSquare = noise.values(count).map { $0 * $0 }
      var values = start, mean = startMean, square = startSquare
      var step = ck_adamw(
        beta1: 0.9, beta2: 0.95, rate: 0.1, square_correction: 2, epsilon: 1e-8, keep: 0.99,
        gradient_scale: 0.5)
      ck_adamw_step(isa, &step, gradient, count, &values, &mean, &square)
      var exactMean: [Double] = [], exactSquare: [Double] = [], exact: [Double] = []
      for index in 0..<count {
        let g = 0.5 * Double(gradient[index])
        let m: Double = 0.9 * Double(startMean[index]) + 0.1 * g
        let s: Double = 0.95 * Double(startSquare[index]) + 0.05 * g * g
        exactMean.append(m)
        exactSquare.append(s)
        exact.append(0.99 * Double(start[index]) - 0.1 * m / (s.squareRoot() * 2 + 1e-8))
      }
      #expect(error(mean, exactMean) < 1e-6)
      #expect(error(square, exactSquare) < 1e-6)
      #expect(error(values, exact) < 1e-5, "\(isa) \(count)")
      ck_blend(isa, &values, 0.5, gradient, 2, count)
      let blended = zip(exact, gradient).map { value, other -> Double in
        0.5 * value + 2 * Double(other)
      }
      #expect(error(values, blended) < 1e-5)
      let squares = start.reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(abs(ck_sum_of_squares(isa, start, count) - squares) <= 1e-12 * (1 + squares))
    }
  }
}

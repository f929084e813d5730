import Foundation
import Kernels
import MaskedDiffusion
import Testing
import Training

@Suite("Gradients")
struct GradientTests {
  static let instructionSets = Kernels.InstructionSet.allCases.filter(\.isSupported)

  private static func shape(
    keyHeads: Int, isCausal: Bool, hasBiases: Bool = false, normalizesHeads: Bool = false
  ) -> NetworkShape {
    NetworkShape(
      layerCount: 2, width: 8, headCount: 2, keyValueHeadCount: keyHeads, headSize: 4,
      feedForwardWidth: 12, embeddingCount: 8, vocabularySize: 7, contextLength: 8,
      isCausal: isCausal, hasBiases: hasBiases, normalizesHeads: normalizesHeads)
  }

  /// Parameters none of which is a plain 0 or 1.
  private static func parameters(of shape: NetworkShape, _ layout: ParameterLayout) -> Tensor {
    let parameters = Initialization(seed: 5).parameters(of: shape, layout)
    for entry in layout.entries where entry.rows == 1 {
      for index in entry.range { parameters.elements[index] += 0.3 * sin(Float(index)) }
    }
    return parameters
  }

  private static let texts = [
    CanvasText(tokens: [1, 2, 3, 4, 5]), CanvasText(tokens: [6, 0, 2, 2, 1], promptLength: 2),
    CanvasText(tokens: [3, 3, 1, 0, 0]),
  ]

  private static func batch(_ shape: NetworkShape) -> TrainingBatch {
    shape.isCausal
      ? CausalObjective.batch(of: texts, beginning: shape.maskToken, end: 0)
      : DiffusionObjective().batch(of: texts, maskToken: shape.maskToken, step: 3, seed: 1)
  }

  /// Elements of a parameter that are compared: differences in double precision take their time.
  private static let comparedCount = 10

  /// SMDM's network, one with shared keys, the causal twin, and Qwen's.
  private static let shapes = [
    shape(keyHeads: 2, isCausal: false), shape(keyHeads: 1, isCausal: false),
    shape(keyHeads: 2, isCausal: true), shape(keyHeads: 1, isCausal: false, hasBiases: true),
    shape(keyHeads: 1, isCausal: false, normalizesHeads: true),
    shape(keyHeads: 2, isCausal: true, hasBiases: true, normalizesHeads: true),
  ]

  @Test(arguments: shapes)
  func equalDifferencesOfTheLossInDoublePrecision(shape: NetworkShape) {
    let layout = ParameterLayout(shape)
    let parameters = Self.parameters(of: shape, layout)
    let batch = Self.batch(shape)
    let reference = DoubleNetwork(shape)
    var values = parameters.values.map(Double.init)
    let expected = reference.loss(of: batch, values)
    let slopes = layout.entries.map { entry in
      stride(from: 0, to: entry.count, by: max(1, entry.count / Self.comparedCount)).map { index in
        (
          index: entry.offset + index,
          value: reference.slope(of: batch, &values, at: entry.offset + index)
        )
      }
    }
    for instructionSet in Self.instructionSets {
      let network = TrainingNetwork(
        shape, parameters: parameters, laneCount: 2, threadCount: 2, precision: .f32,
        instructionSet: instructionSet)
      let loss = network.computeGradients(of: batch)
      #expect(abs(loss - expected) < 1e-5 * loss, "\(instructionSet)")
      #expect(abs(network.loss(of: batch) - loss) < 1e-6 * loss, "\(instructionSet)")
      let gradients = network.gradients.values
      for (entry, slopes) in zip(layout.entries, slopes) {
        let largest = slopes.map { abs($0.value) }.max() ?? 0
        let worst = slopes.map { abs($0.value - Double(gradients[$0.index])) }.max() ?? 0
        #expect(
          worst <= 1e-4 * largest + 1e-7,
          "\(entry.role) with \(instructionSet): \(worst) of \(largest)")
      }
    }
  }

  @Test func oneThreadOrTwoGiveTheSameGradients() {
    let shape = Self.shape(keyHeads: 2, isCausal: false)
    let layout = ParameterLayout(shape)
    let batch = Self.batch(shape)
    let both = [1, 2].map { threadCount in
      let network = TrainingNetwork(
        shape, parameters: Initialization(seed: 5).parameters(of: shape, layout), laneCount: 2,
        threadCount: threadCount)
      let loss = network.computeGradients(of: batch)
      return (loss, network.gradients.values)
    }
    #expect(both[0].0 == both[1].0)
    #expect(both[0].1 == both[1].1)
  }

  @Test func aBatchWithoutTargetsHasNoGradients() {
    let shape = Self.shape(keyHeads: 2, isCausal: false)
    let layout = ParameterLayout(shape)
    let network = TrainingNetwork(
      shape, parameters: Initialization(seed: 5).parameters(of: shape, layout), laneCount: 1,
      threadCount: 1)
    let loss = network.computeGradients(
      of: TrainingBatch(tokens: [1, 2, 3], length: 3, targets: []))
    #expect(loss == 0)
    #expect(network.gradients.values.allSatisfy { $0 == 0 })
  }
}

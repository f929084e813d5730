package import Kernels
internal import Models

/// A network whose gradients can be computed.
///
/// The canvases of a batch are dealt to lanes, so that each has about as many targets. Each lane goes
/// through its canvases by itself, and the gradients are added in the order of the lanes: the same numbers
/// whatever the number of threads, as long as the number of lanes is the same.
package final class TrainingNetwork: @unchecked Sendable {
  // Used by one step at a time.

  package let shape: NetworkShape
  package let layout: ParameterLayout

  /// The values of all parameters.
  package let parameters: Tensor

  /// What products multiply.
  package let operand: Kernels.Operand

  let kernels: Kernels
  let lanes: [Lane]
  private let weights: PackedWeights
  private var arePacked = false

  /// Positions a lane computes at a time.
  ///
  /// More take more memory; fewer read and write the sums of all gradients more often.
  private static let positionsOfPass = 1024

  /// Creates a network.
  ///
  /// - Parameters:
  ///   - shape: The dimensions.
  ///   - parameters: The values, in the layout of `shape`.
  ///   - laneCount: The parts of a batch, 1 or more.
  ///   - threadCount: The threads that take the lanes' turns; as many as lanes is fastest.
  ///   - precision: `.f32`, or `.bf16` for products of bfloat16 where the processor has them.
  ///   - instructionSet: `nil` stands for the fastest.
  package init(
    _ shape: NetworkShape, parameters: Tensor, laneCount: Int, threadCount: Int,
    precision: Kernels.Precision = .bf16, instructionSet: Kernels.InstructionSet? = nil
  ) {
    precondition(laneCount > 0 && threadCount > 0, "\(laneCount) lanes, \(threadCount) threads")
    self.shape = shape
    self.parameters = parameters
    layout = ParameterLayout(shape)
    kernels = Kernels(threadCount: threadCount, instructionSet: instructionSet)
    operand = kernels.operand(for: .f32, precision)
    weights = PackedWeights(layerCount: shape.layerCount, operand: operand)
    let rotations = RotaryTable(
      positionCount: shape.contextLength, headSize: shape.headSize,
      rotary: shape.rotary)
    let view = ParameterView(parameters, layout)
    let weights = weights
    lanes = (0..<laneCount).map { _ in
      Lane(
        shape: shape, parameters: view, weights: weights, rotations: rotations,
        instructionSet: instructionSet)
    }
    gradients = lanes[0].gradientSums
  }

  /// To be called when the values of parameters have changed.
  package func parametersChanged() { arePacked = false }

  /// Computes the loss of `batch` and its gradients, which replace those before.
  ///
  /// - Returns: The sum over targets of weight times cross entropy, in nats.
  package func computeGradients(of batch: TrainingBatch) -> Double {
    for lane in lanes { lane.forgetGradients() }
    let loss = sumOfParts(of: batch) { part, lane in lane.addGradients(of: part) }
    let computed = lanes.filter(\.hasGradients)
    let first = computed.first ?? lanes[0]
    if computed.isEmpty { first.clearGradients() }
    gradients = first.gradientSums
    gradientSquares = ParameterArithmetic(kernels: kernels).addUp(computed.map(\.gradientSums))
    return loss
  }

  /// The gradients computed last.
  package private(set) var gradients: Tensor

  /// The sum of their squares.
  package private(set) var gradientSquares = 0.0

  /// Computes the loss of `batch` without gradients.
  package func loss(of batch: TrainingBatch) -> Double {
    sumOfParts(of: batch) { part, lane in lane.loss(of: part) }
  }

  private func sumOfParts(
    of batch: TrainingBatch, _ body: (_ part: TrainingBatch, _ lane: Lane) -> Double
  ) -> Double {
    if !arePacked {
      weights.pack(ParameterView(parameters, layout), kernels)
      arePacked = true
    }
    var losses = [Double](repeating: 0, count: lanes.count)
    losses.withUnsafeMutableBufferPointer { losses in
      nonisolated(unsafe) let losses = losses  // A lane writes its own.
      let hands = batch.hands(lanes.count)
      let most = max(1, Self.positionsOfPass / batch.length)
      kernels.pool.run(taskCount: lanes.count) { task, _ in
        let own = hands[task]
        for first in stride(from: 0, to: own.count, by: most) {
          let part = batch.canvases(own[first..<min(first + most, own.count)])
          losses[task] += body(part, lanes[task])
        }
      }
    }
    return losses.reduce(0, +)
  }
}

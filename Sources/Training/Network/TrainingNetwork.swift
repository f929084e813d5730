package import Kernels
internal import Models

/// A network whose gradients can be computed.
///
/// A batch is cut into as many parts as there are lanes. Each lane goes through its canvases by itself,
/// and the gradients are added in the order of the lanes: the same numbers whatever the number of threads,
/// as long as the number of lanes is the same.
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

  /// Positions a lane computes at a time: what is saved of them should stay in the cache.
  private static let positionsOfPass = 512

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
  }

  /// To be called when the values of parameters have changed.
  package func parametersChanged() { arePacked = false }

  /// Computes the loss of `batch` and its gradients, which replace those before.
  ///
  /// - Returns: The sum over targets of weight times cross entropy, in nats.
  package func computeGradients(of batch: TrainingBatch) -> Double {
    let loss = sumOfParts(of: batch) { part, lane in lane.addGradients(of: part) }
    ParameterArithmetic(kernels: kernels).addUp(lanes.map(\.gradientSums))
    return loss
  }

  /// The gradients computed last.
  package var gradients: Tensor { lanes[0].gradientSums }

  /// Computes the loss of `batch` without gradients.
  package func loss(of batch: TrainingBatch) -> Double {
    sumOfParts(of: batch, clearsGradients: false) { part, lane in lane.loss(of: part) }
  }

  private func sumOfParts(
    of batch: TrainingBatch, clearsGradients: Bool = true,
    _ body: (_ part: TrainingBatch, _ lane: Lane) -> Double
  ) -> Double {
    if !arePacked {
      weights.pack(ParameterView(parameters, layout), kernels)
      arePacked = true
    }
    var losses = [Double](repeating: 0, count: lanes.count)
    losses.withUnsafeMutableBufferPointer { losses in
      nonisolated(unsafe) let losses = losses  // A lane writes its own.
      let canvases = batch.canvasCount, count = lanes.count
      let most = max(1, Self.positionsOfPass / batch.length)
      kernels.pool.run(taskCount: count) { task, _ in
        let lane = lanes[task]
        if clearsGradients { lane.clearGradients() }
        let own = canvases * task / count..<canvases * (task + 1) / count
        for first in stride(from: own.lowerBound, to: own.upperBound, by: most) {
          let part = batch.canvases(first..<min(first + most, own.upperBound))
          losses[task] += body(part, lane)
        }
      }
    }
    return losses.reduce(0, +)
  }
}

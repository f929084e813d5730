internal import Kernels

/// What moves the parameters.
package struct OptimizerSettings: Equatable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    /// AdamW for all parameters.
    case adamW = "adamw"
    /// Muon for the matrices of the blocks, AdamW for the rest.
    case muon
  }

  package var kind: Kind
  /// The largest learning rate of AdamW.
  package var adamRate: Float
  /// The largest learning rate of Muon.
  package var muonRate: Float
  package var beta1: Float
  package var beta2: Float
  package var epsilon: Float
  /// The share of each weight that is taken away in a step, times the learning rate; norms are spared.
  package var weightDecay: Float
  /// The largest norm of all gradients together; 0 does not limit it.
  package var clipNorm: Float

  package init(
    kind: Kind = .muon, adamRate: Float = 0.005, muonRate: Float = 0.01, beta1: Float = 0.9,
    beta2: Float = 0.95, epsilon: Float = 1e-8, weightDecay: Float = 0, clipNorm: Float = 1
  ) {
    self.kind = kind
    self.adamRate = adamRate
    self.muonRate = muonRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.clipNorm = clipNorm
  }
}

/// Moves parameters along their gradients and keeps what that takes.
///
/// Every number is computed by one thread in an order that does not depend on their number.
final class Optimizer: @unchecked Sendable {
  // Used by one step at a time.

  let settings: OptimizerSettings
  let layout: ParameterLayout
  /// Mean gradients: of AdamW, and the momentum of Muon.
  let means: Tensor
  /// Mean squares of gradients, of AdamW.
  let squares: Tensor
  private let muon: Muon

  /// Elements of a parameter that are moved at a time.
  private static let sliceCount = 1 << 16

  init(
    _ settings: OptimizerSettings, layout: ParameterLayout, threadCount: Int,
    operand: Kernels.Operand, instructionSet: Kernels.InstructionSet?
  ) {
    self.settings = settings
    self.layout = layout
    means = Tensor(count: layout.count)
    squares = Tensor(count: layout.count)
    muon = Muon(threadCount: threadCount, operand: operand, instructionSet: instructionSet)
  }

  /// The entries Muon moves.
  private func isOrthogonalised(_ entry: ParameterLayout.Entry) -> Bool {
    settings.kind == .muon && entry.role.isBlockMatrix
  }

  /// Takes step `number`, counted from 1.
  ///
  /// - Parameters:
  ///   - number: The number of this step.
  ///   - share: The share of the largest learning rates.
  ///   - parameters: What is moved.
  ///   - gradients: The gradients.
  ///   - gradientScale: What they are multiplied by first: below 1 where their norm is limited.
  ///   - kernels: The threads.
  func step(
    _ number: Int, share: Double, parameters: Tensor, gradients: Tensor, gradientScale: Float,
    _ kernels: Kernels
  ) {
    let plain = Self.slices(of: layout.entries.filter { !isOrthogonalised($0) })
    let adam = Kernels.AdamWStep(
      beta1: settings.beta1, beta2: settings.beta2,
      learningRate: settings.adamRate * Float(share), weightDecay: 0, epsilon: settings.epsilon,
      number: number, gradientScale: gradientScale)
    kernels.pool.run(taskCount: plain.count) { task, _ in
      let (range, isNorm) = plain[task]
      var adam = adam
      adam.weightDecay = isNorm ? 0 : settings.weightDecay
      kernels.step(
        adam, gradient: gradients.address + range.lowerBound, count: range.count,
        values: parameters.address + range.lowerBound, mean: means.address + range.lowerBound,
        square: squares.address + range.lowerBound)
    }
    let matrices = layout.entries.filter(isOrthogonalised)
    guard !matrices.isEmpty else { return }
    let rate = settings.muonRate * Float(share)
    let step = Muon.Step(
      number: number, rate: rate, keep: 1 - rate * settings.weightDecay,
      gradientScale: gradientScale)
    // The largest first, so that no thread begins one when the others are done.
    let order = matrices.sorted { ($0.count, $1.offset) > ($1.count, $0.offset) }
    kernels.pool.run(taskCount: order.count) { task, worker in
      let entry = order[task]
      func rows(_ tensor: Tensor) -> Kernels.Rows {
        Kernels.Rows(tensor.address + entry.offset, count: entry.rows, width: entry.columns)
      }
      muon.take(
        step, values: rows(parameters), gradient: rows(gradients), momentum: rows(means),
        worker: worker)
    }
  }

  private static func slices(
    of entries: [ParameterLayout.Entry]
  ) -> [(range: Range<Int>, isNorm: Bool)] {
    entries.flatMap { entry in
      stride(from: entry.offset, to: entry.range.upperBound, by: sliceCount).map { first in
        (first..<min(first + sliceCount, entry.range.upperBound), entry.rows == 1)
      }
    }
  }
}

/// Arithmetic on arrays with the layout of the parameters, in slices that do not depend on the
/// number of threads.
struct ParameterArithmetic {
  let kernels: Kernels

  private static let sliceCount = 1 << 14

  private func forEachSlice(_ count: Int, _ body: (_ slice: Int, _ range: Range<Int>) -> Void) {
    let slices = (count + Self.sliceCount - 1) / Self.sliceCount
    kernels.pool.run(taskCount: slices) { slice, _ in
      body(slice, slice * Self.sliceCount..<min((slice + 1) * Self.sliceCount, count))
    }
  }

  /// values = values · keep + other · share.
  func blend(_ values: Tensor, keep: Float, _ other: Tensor, share: Float) {
    forEachSlice(values.elements.count) { _, range in
      kernels.blend(
        values.address + range.lowerBound, keep: keep, other.address + range.lowerBound,
        share: share, count: range.count)
    }
  }

  /// Makes the first of `tensors` their sum, added in their order.
  ///
  /// - Returns: Σ sum².
  func addUp(_ tensors: [Tensor]) -> Double {
    guard let first = tensors.first else { return 0 }
    let count = first.elements.count
    var squares = [Double](repeating: 0, count: (count + Self.sliceCount - 1) / Self.sliceCount)
    squares.withUnsafeMutableBufferPointer { squares in
      nonisolated(unsafe) let squares = squares  // A slice writes its own.
      forEachSlice(count) { slice, range in
        let sum = first.address + range.lowerBound
        for tensor in tensors.dropFirst() {
          kernels.blend(
            sum, keep: 1, tensor.address + range.lowerBound, share: 1, count: range.count)
        }
        squares[slice] = kernels.sumOfSquares(sum, count: range.count)
      }
    }
    return squares.reduce(0, +)
  }
}

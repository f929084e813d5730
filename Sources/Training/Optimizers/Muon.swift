internal import Glibc
internal import Kernels

/// Momentum whose steps are orthogonalised: all directions of a matrix move equally far.
///
/// - SeeAlso: Jordan et al., “Muon: An optimizer for hidden layers in neural networks”, 2024.
final class Muon: @unchecked Sendable {
  // A worker uses its own memory.

  struct Step: Sendable {
    /// Counted from 1.
    var number: Int
    var rate: Float
    /// What weight decay leaves.
    var keep: Float
    /// What gradients are multiplied by first.
    var gradientScale: Float

    /// How much of the momentum is kept: it warms up, and stays at 0.95.
    var momentum: Float { min(0.95, 0.85 + Float(number - 1) / 500) }
  }

  /// Memory of one worker.
  private final class Memory {
    let kernels: Kernels
    let left = Kernels.LeftFactor()
    let right = Kernels.RightFactor()
    var update = Buffer(), square = Buffer(), power = Buffer(), next = Buffer()

    init(_ instructionSet: Kernels.InstructionSet?) {
      kernels = Kernels(threadCount: 1, instructionSet: instructionSet)
    }
  }

  private let memories: [Memory]
  private let operand: Kernels.Operand

  /// The polynomial x·(a + b·x² + c·x⁴) that pulls every singular value towards 1, and how often it is
  /// applied.
  private static let coefficients: (a: Float, b: Float, c: Float) = (3.4445, -4.7750, 2.0315)
  private static let iterationCount = 5

  init(threadCount: Int, operand: Kernels.Operand, instructionSet: Kernels.InstructionSet?) {
    memories = (0..<threadCount).map { _ in Memory(instructionSet) }
    self.operand = operand
  }

  /// Moves one matrix.
  ///
  /// - Parameters:
  ///   - step: The step.
  ///   - values: The matrix.
  ///   - gradient: Its gradient.
  ///   - momentum: Its mean gradient.
  ///   - worker: Whose memory to use.
  func take(
    _ step: Step, values: Kernels.Rows, gradient: Kernels.Rows, momentum: Kernels.Rows,
    worker: Int
  ) {
    let memory = memories[worker], kernels = memory.kernels
    let count = values.count * values.width, keep = step.momentum
    let share = (1 - keep) * step.gradientScale
    kernels.blend(momentum.base, keep: keep, gradient.base, share: share, count: count)
    let update = memory.update.rows(values.count, values.width)
    update.base.update(from: momentum.base, count: count)
    kernels.blend(update.base, keep: keep, gradient.base, share: share, count: count)
    orthogonalise(update, memory)
    let scale = max(1, Float(values.count) / Float(values.width)).squareRoot()
    kernels.blend(
      values.base, keep: step.keep, update.base, share: -step.rate * scale, count: count)
  }

  /// Replaces `rows` by about the nearest matrix with orthogonal rows or columns (Newton–Schulz).
  func orthogonalise(_ rows: Kernels.Rows, worker: Int) { orthogonalise(rows, memories[worker]) }

  private func orthogonalise(_ rows: Kernels.Rows, _ memory: Memory) {
    let kernels = memory.kernels, count = rows.count * rows.width
    let norm = kernels.sumOfSquares(rows.base, count: count).squareRoot()
    kernels.blend(
      rows.base, keep: Float(1 / (norm + 1e-7)), rows.base, share: 0, count: count)
    for _ in 0..<Self.iterationCount { iterate(rows, memory) }
  }

  /// X ← a·X + (b·A + c·A²)·X with A = X·Xᵀ, or the same from the other side where that is smaller.
  private func iterate(_ x: Kernels.Rows, _ memory: Memory) {
    let kernels = memory.kernels, (a, b, c) = Self.coefficients
    let isTall = x.count > x.width, side = min(x.count, x.width)
    let square = memory.square.rows(side, side), power = memory.power.rows(side, side)
    let next = memory.next.rows(x.count, x.width)
    kernels.pack(x, transposed: isTall, as: operand, into: memory.left)
    kernels.pack(x, transposed: isTall, as: operand, into: memory.right)
    kernels.multiply(memory.left, by: memory.right, into: square)
    // A is symmetric, so that A·Aᵀ is A².
    kernels.pack(square, as: operand, into: memory.left)
    kernels.pack(square, as: operand, into: memory.right)
    kernels.multiply(memory.left, by: memory.right, into: power)
    kernels.blend(power.base, keep: c, square.base, share: b, count: side * side)
    if isTall {
      // X·P = X·Pᵀ, as P is symmetric.
      kernels.pack(x, as: operand, into: memory.left)
      kernels.pack(power, as: operand, into: memory.right)
    } else {
      kernels.pack(power, as: operand, into: memory.left)
      kernels.pack(x, transposed: true, as: operand, into: memory.right)
    }
    kernels.multiply(memory.left, by: memory.right, into: next)
    kernels.blend(x.base, keep: a, next.base, share: 1, count: x.count * x.width)
  }
}

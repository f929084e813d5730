internal import Kernels

/// All matrices of a network as right factors, for the forward and the backward pass: packed once a
/// step, read by every lane.
final class PackedWeights: @unchecked Sendable {
  // Written by `pack`, which nobody else runs beside; otherwise only read.

  /// W for X·Wᵀ and Wᵀ for dY·W.
  struct Pair {
    let forward = Kernels.RightFactor()
    let backward = Kernels.RightFactor()
  }

  struct Block {
    let query = Pair()
    let keyValue = Pair()
    let projection = Pair()
    let gateUp = Pair()
    let down = Pair()
  }

  let blocks: [Block]
  let head = Pair()
  let operand: Kernels.Operand

  init(layerCount: Int, operand: Kernels.Operand) {
    blocks = (0..<layerCount).map { _ in Block() }
    self.operand = operand
  }

  /// Packs the matrices of `parameters`, shared out over the threads of `pool`.
  func pack(_ parameters: ParameterView, _ kernels: Kernels) {
    var work: [(rows: Kernels.Rows, pair: Pair)] = [(parameters[.head], head)]
    for (layer, block) in blocks.enumerated() {
      work.append((parameters[.query(layer: layer)], block.query))
      work.append((parameters.keyValue(layer), block.keyValue))
      work.append((parameters[.projection(layer: layer)], block.projection))
      work.append((parameters.gateUp(layer), block.gateUp))
      work.append((parameters[.down(layer: layer)], block.down))
    }
    kernels.pool.run(taskCount: 2 * work.count) { task, _ in
      let (rows, pair) = work[task / 2]
      if task % 2 == 0 {
        kernels.pack(rows, as: operand, into: pair.forward)
      } else {
        kernels.pack(rows, transposed: true, as: operand, into: pair.backward)
      }
    }
  }
}

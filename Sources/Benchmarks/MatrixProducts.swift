internal import Models
internal import Kernels
internal import MaskedDiffusion

/// The matrix products of a forward pass without the rest of it, for measurements.
///
/// Conversion of the activations is part of a product, and so is the gate of the feed-forward
/// layer, which is computed while its products are in the cache. Each product is shared out over
/// all threads, as in a large network.
public final class MatrixProducts {
  private let network: Transformer
  private let rowCount: Int
  private let input = Kernels.Input()
  private let hiddenInput = Kernels.Input()
  private let stream: Tensor
  private let projected: Tensor
  private let hidden: Tensor
  private let logits: Tensor

  /// Prepares the products of `model` for a canvas of `rows` positions, 1 or more.
  public init(of model: RandomModel, rows: Int) {
    network = model.network
    rowCount = rows
    let shape = network.architecture
    // Small numbers of both signs; what they are takes no time.
    stream = Tensor((0..<rows * shape.width).map { Float($0 * 37 % 101 - 50) / 50 })
    projected = Tensor(count: rows * (shape.queryWidth + 2 * shape.keyValueWidth))
    hidden = Tensor(count: rows * shape.feedForwardWidth)
    logits = Tensor(count: rows * max(shape.vocabularySize, shape.width))
  }

  /// The multiplications and additions of ``compute()``.
  public var operationCount: Double {
    let shape = network.architecture
    let attention = 4 * Double(rowCount) * Double(rowCount) * Double(shape.queryWidth)
    return shape.operationCount(rows: rowCount) - Double(shape.layerCount) * attention
  }

  /// Computes every product once.
  public func compute() {
    let shape = network.architecture
    let stream = rows(of: self.stream, shape.width)
    let gathered = rows(of: projected, shape.queryWidth)
    for block in network.blocks {
      input.set(stream, norm: block.attentionNorm?.scale)
      switch block.attention {
      case .separate(let query, let key, let value):
        for layer in [query, key, value] {
          multiply(by: layer.weights, into: rows(of: projected, layer.weights.rowCount))
        }
      case .packed(let layer):
        multiply(by: layer.weights, into: rows(of: projected, layer.weights.rowCount))
      }
      // Nothing is added to the stream, which would grow from one call to the next.
      input.set(gathered)
      multiply(by: block.projection.weights, into: rows(of: logits, shape.width))
      // Published shapes of this command have no experts.
      guard case .dense(let layer) = block.feedForward else { continue }
      input.set(stream, norm: block.feedForwardNorm.scale)
      let hidden = rows(of: hidden, shape.feedForwardWidth)
      network.kernels.multiplySwiGLU(
        input, gate: layer.gate, up: layer.up, through: hidden, into: hiddenInput,
        for: layer.down, precision: network.precision)
      network.kernels.multiply(
        hiddenInput, by: layer.down, into: rows(of: logits, shape.width),
        precision: network.precision)
    }
    input.set(stream)
    multiply(by: network.weights.head.matrix, into: rows(of: logits, shape.vocabularySize))
  }

  private func rows(of tensor: Tensor, _ width: Int) -> Kernels.Rows {
    Kernels.Rows(tensor.address, count: rowCount, width: width)
  }

  private func multiply(by matrix: Kernels.Matrix, into output: Kernels.Rows) {
    network.kernels.multiply(input, by: matrix, into: output, precision: network.precision)
  }
}

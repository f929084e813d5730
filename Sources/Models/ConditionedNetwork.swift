internal import Glibc
internal import Kernels
internal import MaskedDiffusion

/// A network as an amount of noise makes it: its norms scaled and shifted, its residuals scaled.
///
/// norm(x) ⊙ (1 + scale) + shift is a norm with other weights, so that blocks compute what they always
/// do.
///
/// - SeeAlso: github.com/kuleshov-group/mdlm, `models/dit.py`, `DDiTBlock`, `TimestepEmbedder`.
struct ConditionedNetwork {
  /// The noise.
  let noise: Float
  /// The blocks.
  private(set) var blocks: [BlockView] = []
  /// The norm in front of the head.
  private(set) var finalNorm: BlockView.Norm?
  /// What the norms and gates point to.
  private var memory: [Tensor] = []

  /// Computes what `noise` does to `network`; `nil` where nothing depends on it.
  init?(of network: Transformer, noise: Float) {
    guard let layers = network.weights.noise, let final = network.weights.finalNorm else {
      return nil
    }
    self.noise = noise
    let condition = Self.condition(layers, noise: noise, network.kernels)
    let width = network.architecture.width
    for (view, block) in zip(network.blocks, network.weights.blocks) {
      guard let modulation = block.modulation, let attentionNorm = block.attentionNorm else {
        return nil
      }
      let parts = Self.product(modulation, condition, network.kernels)
      func part(_ index: Int) -> ArraySlice<Float> { parts[index * width..<(index + 1) * width] }
      var view = view
      view.attentionNorm = norm(attentionNorm, part(0), part(1), network.architecture)
      view.attentionGate = keep(Array(part(2)))
      view.feedForwardNorm = norm(block.feedForwardNorm, part(3), part(4), network.architecture)
      view.feedForwardGate = keep(Array(part(5)))
      blocks.append(view)
    }
    let parts = Self.product(layers.headModulation, condition, network.kernels)
    finalNorm = norm(final, parts[..<width], parts[width...], network.architecture)
  }

  private mutating func keep(_ values: [Float]) -> UnsafePointer<Float> {
    let tensor = Tensor(values)
    memory.append(tensor)
    return UnsafePointer(tensor.address)
  }

  private mutating func norm(
    _ norm: NormWeights, _ shift: ArraySlice<Float>, _ scale: ArraySlice<Float>,
    _ architecture: Architecture
  ) -> BlockView.Norm {
    var view = BlockView.Norm(norm, architecture)
    view.scale.weight = keep(zip(norm.weight.values, scale).map { $0 * (1 + $1) })
    let bias = norm.bias?.values ?? Array(repeating: 0, count: shift.count)
    view.bias = keep(zip(zip(bias, scale), shift).map { $0.0 * (1 + $0.1) + $1 })
    return view
  }

  /// What everything is conditioned on.
  private static func condition(
    _ layers: TransformerWeights.Noise, noise: Float, _ kernels: Kernels
  ) -> [Float] {
    let half = Architecture.Conditioning.frequencyCount / 2
    let angles = (0..<half).map { index in
      noise * exp(-log(Float(10_000)) * Float(index) / Float(half))
    }
    var values = angles.map { cos($0) } + angles.map { sin($0) }
    for layer in [layers.embedding, layers.projection] {
      values = product(layer, values, kernels).map { $0 / (1 + exp(-$0)) }
    }
    return values
  }

  private static func product(
    _ layer: Linear, _ values: [Float], _ kernels: Kernels
  ) -> [Float] {
    let input = Kernels.Input(), row = Tensor(values), output = Tensor(count: layer.weights.rows)
    input.set(Kernels.Rows(row.address, count: 1, width: values.count))
    kernels.multiply(
      input, by: layer.weights.matrix, bias: layer.bias.map { UnsafePointer($0.address) },
      into: Kernels.Rows(output.address, count: 1, width: layer.weights.rows), precision: .f32)
    return withExtendedLifetime(row) { output.values }
  }
}

extension Transformer {
  /// Makes the network what the noise of `request` makes it.
  func condition(on request: PredictionRequest) {
    guard let conditioning = architecture.conditioning else { return }
    // A model that is not conditioned on time takes the noise of a step for 0; what somebody asks for
    // is obeyed.
    let noise = request.noise ?? (conditioning.readsNoise ? request.totalNoise : 0)
    guard pass.conditioned?.noise != noise else { return }
    pass.conditioned = ConditionedNetwork(of: self, noise: noise)
  }
}

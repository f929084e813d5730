internal import Checkpoints
package import Kernels
internal import MaskedDiffusion
internal import Models

/// Reads a model as something to train.
///
/// A model that writes from left to right can go on as a mask predictor (AR → MDM adaptation): every
/// position then sees all others, and the embedding gets one more row, for the mask, which begins as the
/// mean of all tokens. Its outputs are for the next token; they may stay so (`isShifted`), which spares
/// the network learning anew where to look.
///
/// - SeeAlso: Gong et al., “Scaling Diffusion Language Models via Adaptation from Autoregressive
///   Models”, arXiv:2410.17891.
package struct ModelImport: Sendable {
  package var path: String
  /// The most positions of a canvas from now on.
  package var contextLength: Int
  package var isCausal: Bool
  /// Whether the logits of a position are to be the output of the one before.
  package var isShifted: Bool

  package init(path: String, contextLength: Int, isCausal: Bool, isShifted: Bool = false) {
    self.path = path
    self.contextLength = contextLength
    self.isCausal = isCausal
    self.isShifted = isShifted
  }

  /// Reads the network.
  ///
  /// - Throws: ``ModelError``, ``TrainingError/untrainable(path:reason:)`` for a network with parts that
  ///   cannot be trained, or `WeightsError`.
  package func network() throws -> (shape: NetworkShape, parameters: Tensor) {
    let model = try ModelDirectory(path: path)
    let own = model.description.architecture
    if let reason = Self.obstacle(own) {
      throw TrainingError.untrainable(
        path: path, reason: "family \(model.family): \(reason)")
    }
    let shape = NetworkShape(
      layerCount: own.layerCount, width: own.width, headCount: own.headCount,
      keyValueHeadCount: own.keyValueHeadCount, headSize: own.headSize,
      feedForwardWidth: own.feedForwardWidth,
      embeddingCount: isCausal ? own.embeddingCount : own.vocabularySize + 1,
      vocabularySize: own.vocabularySize, contextLength: contextLength,
      normEpsilon: own.normEpsilon, rotary: own.rotary, isCausal: isCausal,
      isShifted: isShifted && !isCausal)
    let layout = ParameterLayout(shape)
    let parameters = Tensor(count: layout.count)
    let view = ParameterView(parameters, layout)
    let embedding = try model.weights.tensor(
      model.description.names[.embedding], [own.embeddingCount, own.width]
    ).floats()
    Self.store(
      embedding, mask: Int(model.description.maskToken), in: view[.embedding],
      tokens: own.vocabularySize)
    if own.attentionLayout == .grouped {
      for tensor in shape.modelTensors(layout)
      where tensor.name != model.description.names[.embedding] {
        tensor.store(try model.weights.tensor(tensor.name, tensor.shape).floats(), in: view)
      }
    } else {
      try storeParts(of: model, own, in: view)
    }
    return (shape, parameters)
  }

  /// What cannot be trained; `nil` if all of it can.
  private static func obstacle(_ own: Architecture) -> String? {
    if own.experts != nil { return "mixtures of experts cannot be trained here" }
    if own.biases != .none { return "it has biases, expected none" }
    if own.normalizesHeads { return "its heads are normalised, expected heads as they are" }
    if own.rotary.scaling != .none { return "its rotations are scaled, expected none scaled" }
    switch own.attention {
    case .full, .causal: break
    case .blockCausal, .window:
      return "positions see blocks or windows, expected all or those before"
    }
    var trained = Architecture(
      layerCount: own.layerCount, width: own.width, headCount: own.headCount,
      keyValueHeadCount: own.keyValueHeadCount, headSize: own.headSize,
      feedForwardWidth: own.feedForwardWidth, embeddingCount: own.embeddingCount,
      vocabularySize: own.vocabularySize, contextLength: own.contextLength,
      normEpsilon: own.normEpsilon, rotary: own.rotary, isHeadTied: own.isHeadTied,
      attention: own.attention, isShifted: own.isShifted)
    trained.attentionLayout = own.attentionLayout
    let isKnown = own.attentionLayout == .separate || own.attentionLayout == .grouped
    return trained == own && isKnown
      ? nil : "its norms, layers or positions are of another kind, expected those of SMDM or Llama"
  }

  /// Copies the rows of tokens; behind them, where there is a row for it, goes the mask.
  private static func store(
    _ embedding: [Float], mask: Int, in rows: Kernels.Rows, tokens: Int
  ) {
    let width = rows.width
    embedding.withUnsafeBufferPointer { embedding in
      guard let base = embedding.baseAddress else { return }
      rows.base.update(from: base, count: tokens * width)
      guard rows.count > tokens else { return }
      let last = rows.base + tokens * width
      if (mask + 1) * width <= embedding.count {
        last.update(from: base + mask * width, count: width)
        return
      }
      for column in 0..<width {
        var sum = 0.0
        for row in 0..<tokens { sum += Double(base[row * width + column]) }
        last[column] = Float(sum / Double(tokens))
      }
    }
  }

  /// Copies what is stored one matrix a purpose; a head that is the embedding becomes one of its own.
  private func storeParts(
    of model: ModelDirectory, _ own: Architecture, in view: ParameterView
  ) throws {
    let names = model.description.names
    func store(_ name: String, _ role: ParameterRole) throws {
      let entry = view.layout[role]
      let shape: Shape = entry.rows == 1 ? [entry.columns] : [entry.rows, entry.columns]
      let values = try model.weights.tensor(name, shape).floats()
      values.withUnsafeBufferPointer { values in
        guard let base = values.baseAddress else { return }
        view[role].base.update(from: base, count: values.count)
      }
    }
    for layer in 0..<own.layerCount {
      let roles: [(TensorNames.BlockRole, ParameterRole)] = [
        (.attentionNorm, .attentionNorm(layer: layer)), (.query, .query(layer: layer)),
        (.key, .key(layer: layer)), (.value, .value(layer: layer)),
        (.projection, .projection(layer: layer)),
        (.feedForwardNorm, .feedForwardNorm(layer: layer)), (.gate, .gate(layer: layer)),
        (.up, .up(layer: layer)), (.down, .down(layer: layer)),
      ]
      for (stored, role) in roles { try store(names[stored, layer: layer], role) }
    }
    try store(names[.finalNorm], .finalNorm)
    if own.isHeadTied {
      view[.head].base.update(from: view[.embedding].base, count: own.vocabularySize * own.width)
    } else {
      try store(names[.head], .head)
    }
  }
}

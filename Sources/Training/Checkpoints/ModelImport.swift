internal import Checkpoints
package import Kernels
internal import MaskedDiffusion
internal import Models

/// Reads a model as something to train.
///
/// A model that writes from left to right, or in blocks, can go on as a mask predictor (AR → MDM
/// adaptation): every position then sees all others, and a row of the embedding is the mask's, which begins
/// as the mean of all tokens. Its outputs are for the next token; they may stay so (`isShifted`), which
/// spares the network learning anew where to look. A head that is the embedding becomes one of its own.
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
  /// The first token that no text is made of: the mask's, where the embedding has a row for it; `nil` takes
  /// all rows for those of texts.
  package var firstSpareToken: Int?

  package init(
    path: String, contextLength: Int, isCausal: Bool, isShifted: Bool = false,
    firstSpareToken: Int? = nil
  ) {
    self.path = path
    self.contextLength = contextLength
    self.isCausal = isCausal
    self.isShifted = isShifted
    self.firstSpareToken = firstSpareToken
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
    let shape = shape(model.description)
    let layout = ParameterLayout(shape)
    let parameters = Tensor(count: layout.count)
    let view = ParameterView(parameters, layout)
    try storeVocabulary(of: model, in: view, shape)
    if own.attentionLayout == .grouped {
      let outside = [TensorNames.litGPT[.embedding], TensorNames.litGPT[.head]]
      for tensor in shape.modelTensors(layout) where !outside.contains(tensor.name) {
        tensor.store(try model.weights.tensor(tensor.name, tensor.shape).floats(), in: view)
      }
    } else {
      try storeParts(of: model, in: view, shape)
    }
    return (shape, parameters)
  }

  /// What cannot be trained; `nil` if all of it can.
  private static func obstacle(_ own: Architecture) -> String? {
    if own.experts != nil { return "mixtures of experts cannot be trained here" }
    if own.biases != .none && own.biases != .queryKeyValue {
      return "it has biases, expected none but those of queries, keys and values"
    }
    if own.biases != .none && own.normalizesHeads {
      return "queries and keys have biases and norms, expected one of them"
    }
    if own.rotary.scaling != .none { return "its rotations are scaled, expected none scaled" }
    if case .window = own.attention {
      return "positions see windows, expected all, those before, or blocks"
    }
    var trained = Architecture(
      layerCount: own.layerCount, width: own.width, headCount: own.headCount,
      keyValueHeadCount: own.keyValueHeadCount, headSize: own.headSize,
      feedForwardWidth: own.feedForwardWidth, embeddingCount: own.embeddingCount,
      vocabularySize: own.vocabularySize, contextLength: own.contextLength,
      normEpsilon: own.normEpsilon, rotary: own.rotary, isHeadTied: own.isHeadTied,
      attention: own.attention, isShifted: own.isShifted)
    trained.attentionLayout = own.attentionLayout
    if own.attentionLayout == .separate {
      trained.biases = own.biases
      trained.normalizesHeads = own.normalizesHeads
    }
    let isKnown = own.attentionLayout == .separate || own.attentionLayout == .grouped
    return trained == own && isKnown
      ? nil : "its norms, layers or positions are of another kind, expected those of SMDM or Llama"
  }

  /// The dimensions of what is trained: those of the model, and a row for the mask.
  private func shape(_ model: ModelDescription) -> NetworkShape {
    let own = model.architecture
    var shape = NetworkShape(
      layerCount: own.layerCount, width: own.width, headCount: own.headCount,
      keyValueHeadCount: own.keyValueHeadCount, headSize: own.headSize,
      feedForwardWidth: own.feedForwardWidth, embeddingCount: own.embeddingCount,
      vocabularySize: own.vocabularySize, contextLength: contextLength,
      normEpsilon: own.normEpsilon, rotary: own.rotary, isCausal: isCausal,
      isShifted: isShifted && !isCausal, hasBiases: own.biases == .queryKeyValue,
      normalizesHeads: own.normalizesHeads)
    shape.rotary.pairing = .halves
    guard !isCausal else { return shape }
    guard shape.usesTransformersLayout else {
      // As SMDM has it: behind all tokens, and never predicted.
      shape.embeddingCount = own.vocabularySize + 1
      shape.maskToken = TokenID(own.vocabularySize)
      return shape
    }
    if Int(model.maskToken) < own.embeddingCount {
      shape.maskToken = model.maskToken
    } else if let spare = firstSpareToken, spare < own.embeddingCount {
      shape.maskToken = TokenID(spare)
    } else {
      // As Transformers has it: embedding and head are of one size.
      shape.maskToken = TokenID(own.embeddingCount)
      shape.embeddingCount += 1
      shape.vocabularySize += 1
    }
    return shape
  }

  // MARK: - Tensors

  /// Copies the rows of all tokens into embedding and head, and begins that of the mask.
  private func storeVocabulary(
    of model: ModelDirectory, in view: ParameterView, _ shape: NetworkShape
  ) throws {
    let own = model.description.architecture, names = model.description.names
    let mask = Int(model.description.maskToken), width = own.width
    let embedding = try model.weights.tensor(
      names[.embedding], [own.embeddingCount, width]
    ).floats()
    let head =
      own.isHeadTied
      ? embedding : try model.weights.tensor(names[.head], [own.vocabularySize, width]).floats()
    for (stored, rows) in [(embedding, view[.embedding]), (head, view[.head])] {
      let count = min(stored.count / width, rows.count)
      stored.withUnsafeBufferPointer { stored in
        guard let base = stored.baseAddress else { return }
        rows.base.update(from: base, count: count * width)
        // A head of SMDM has no row for the mask, one of Transformers may have got one.
        guard !shape.isCausal, Int(shape.maskToken) < rows.count else { return }
        let row = rows[Int(shape.maskToken)]
        if mask < own.embeddingCount, (mask + 1) * width <= stored.count {
          row.update(from: base + mask * width, count: width)
        } else {
          let tokens = min(firstSpareToken ?? count, count)
          Self.storeMean(of: rows.rows(0..<tokens), in: row)
        }
      }
    }
  }

  private static func storeMean(of rows: Kernels.Rows, in mean: UnsafeMutablePointer<Float>) {
    for column in 0..<rows.width {
      var sum = 0.0
      for row in 0..<rows.count { sum += Double(rows[row][column]) }
      mean[column] = Float(sum / Double(max(1, rows.count)))
    }
  }

  /// Copies what is stored one matrix a purpose.
  private func storeParts(
    of model: ModelDirectory, in view: ParameterView, _ shape: NetworkShape
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
    for layer in 0..<shape.layerCount {
      for (name, role) in NetworkShape.separateMatrices(layer) {
        try store(names[name, layer: layer], role)
      }
      if shape.hasBiases {
        for (name, role) in NetworkShape.biases(layer) {
          try store(names[name, layer: layer, .bias], role)
        }
      }
      if shape.normalizesHeads {
        for (name, role) in NetworkShape.headNorms(layer) {
          try store(names[name, layer: layer], role)
        }
      }
      guard model.description.architecture.rotary.pairing == .neighbours else { continue }
      for role in [ParameterRole.query(layer: layer), .key(layer: layer)] {
        Self.separateNeighbours(view[role], headSize: shape.headSize)
      }
    }
    try store(names[.finalNorm], .finalNorm)
  }

  /// Makes heads whose neighbours turn together heads whose halves do: row 2i + j of a head becomes row
  /// j · (half of them) + i.
  private static func separateNeighbours(_ rows: Kernels.Rows, headSize: Int) {
    let values = Array(UnsafeBufferPointer(start: rows.base, count: rows.count * rows.width))
    let half = headSize / 2
    values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      for row in 0..<rows.count {
        let (head, place) = row.quotientAndRemainder(dividingBy: headSize)
        let source = head * headSize + place % half * 2 + place / half
        rows[row].update(from: base + source * rows.width, count: rows.width)
      }
    }
  }
}

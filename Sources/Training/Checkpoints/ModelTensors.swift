internal import Checkpoints
internal import Kernels
internal import Models

/// A tensor of a model's file, as rows of parameters one after the other.
struct ModelTensor {
  var name: String
  var shape: Shape
  var pieces: [(role: ParameterRole, rows: Range<Int>)]
}

extension NetworkShape {
  /// The tensors of a file: in the layout of lit-gpt, as SMDM's models are published, or in that of
  /// Transformers for what only Qwen's families have.
  func modelTensors(_ layout: ParameterLayout) -> [ModelTensor] {
    let blocks = (0..<layerCount).flatMap { layer in
      usesTransformersLayout ? separateBlock(layer, layout) : groupedBlock(layer, layout)
    }
    let names: TensorNames = usesTransformersLayout ? .transformers : .litGPT
    return [whole(names[.embedding], .embedding, layout)] + blocks + [
      whole(names[.finalNorm], .finalNorm, layout), whole(names[.head], .head, layout),
    ]
  }

  private func whole(
    _ name: String, _ role: ParameterRole, _ layout: ParameterLayout
  ) -> ModelTensor {
    let entry = layout[role]
    return ModelTensor(
      name: name, shape: entry.rows == 1 ? [entry.columns] : [entry.rows, entry.columns],
      pieces: [(role, 0..<entry.rows)])
  }

  /// A block of lit-gpt.
  ///
  /// One matrix holds queries, keys and values: for each key head come its query heads, the key head
  /// itself and the value head.
  private func groupedBlock(_ layer: Int, _ layout: ParameterLayout) -> [ModelTensor] {
    let names = TensorNames.litGPT
    let sharing = headCount / keyValueHeadCount
    var pieces: [(role: ParameterRole, rows: Range<Int>)] = []
    for group in 0..<keyValueHeadCount {
      let queries = group * sharing * headSize..<(group + 1) * sharing * headSize
      let keys = group * headSize..<(group + 1) * headSize
      pieces += [
        (.query(layer: layer), queries), (.key(layer: layer), keys), (.value(layer: layer), keys),
      ]
    }
    let heads = ModelTensor(
      name: names[.packedAttention, layer: layer],
      shape: [queryWidth + 2 * keyValueWidth, width], pieces: pieces)
    let others = Self.separateMatrices(layer).filter { ![.query, .key, .value].contains($0.name) }
      .map { whole(names[$0.name, layer: layer], $0.role, layout) }
    return [others[0], heads] + others.dropFirst()
  }

  /// A block of Transformers, every matrix, bias and norm by itself.
  private func separateBlock(_ layer: Int, _ layout: ParameterLayout) -> [ModelTensor] {
    let names = TensorNames.transformers
    return Self.separateMatrices(layer).map { whole(names[$0.name, layer: layer], $0.role, layout) }
      + (hasBiases ? Self.biases(layer) : []).map {
        whole(names[$0.name, layer: layer, .bias], $0.role, layout)
      }
      + (normalizesHeads ? Self.headNorms(layer) : []).map {
        whole(names[$0.name, layer: layer], $0.role, layout)
      }
  }

  /// What a tensor of a block is called, and the parameter it holds.
  typealias BlockTensor = (name: TensorNames.BlockRole, role: ParameterRole)

  /// The matrices of every block and the norms before them.
  static func separateMatrices(_ layer: Int) -> [BlockTensor] {
    [
      (.attentionNorm, .attentionNorm(layer: layer)), (.query, .query(layer: layer)),
      (.key, .key(layer: layer)), (.value, .value(layer: layer)),
      (.projection, .projection(layer: layer)),
      (.feedForwardNorm, .feedForwardNorm(layer: layer)), (.gate, .gate(layer: layer)),
      (.up, .up(layer: layer)), (.down, .down(layer: layer)),
    ]
  }

  /// The biases of Qwen2.
  static func biases(_ layer: Int) -> [BlockTensor] {
    [
      (.query, .queryBias(layer: layer)), (.key, .keyBias(layer: layer)),
      (.value, .valueBias(layer: layer)),
    ]
  }

  /// The norms of heads of Qwen3.
  static func headNorms(_ layer: Int) -> [BlockTensor] {
    [(.queryNorm, .queryNorm(layer: layer)), (.keyNorm, .keyNorm(layer: layer))]
  }
}

extension ModelTensor {
  /// Copies the tensor's elements out of the parameters.
  func elements(of parameters: ParameterView) -> [Float] {
    var elements: [Float] = []
    for (role, rows) in pieces {
      let part = parameters[role].rows(rows)
      elements += UnsafeBufferPointer(start: part.base, count: part.count * part.width)
    }
    return elements
  }

  /// Copies the tensor's elements into the parameters.
  func store(_ elements: [Float], in parameters: ParameterView) {
    var first = 0
    for (role, rows) in pieces {
      let part = parameters[role].rows(rows), count = part.count * part.width
      elements.withUnsafeBufferPointer { elements in
        part.base.update(from: elements.baseAddress! + first, count: count)
      }
      first += count
    }
  }
}

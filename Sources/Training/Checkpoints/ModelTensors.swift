internal import Checkpoints
internal import Kernels

/// A tensor of a model's file, as rows of parameters one after the other.
struct ModelTensor {
  var name: String
  var shape: Shape
  var pieces: [(role: ParameterRole, rows: Range<Int>)]
}

extension NetworkShape {
  /// The tensors of a file in the layout of lit-gpt, as SMDM's models are published.
  ///
  /// One matrix holds queries, keys and values: for each key head come its query heads, the key head
  /// itself and the value head.
  func modelTensors(_ layout: ParameterLayout) -> [ModelTensor] {
    func whole(_ name: String, _ role: ParameterRole) -> ModelTensor {
      let entry = layout[role]
      return ModelTensor(
        name: name, shape: entry.rows == 1 ? [entry.columns] : [entry.rows, entry.columns],
        pieces: [(role, 0..<entry.rows)])
    }
    var tensors = [whole("transformer.wte.weight", .embedding)]
    for layer in 0..<layerCount {
      let prefix = "transformer.h.\(layer)."
      tensors += [
        whole(prefix + "norm_1.weight", .attentionNorm(layer: layer)),
        packedHeads(prefix + "attn.attn.weight", layer),
        whole(prefix + "attn.proj.weight", .projection(layer: layer)),
        whole(prefix + "norm_2.weight", .feedForwardNorm(layer: layer)),
        whole(prefix + "mlp.swiglu.w1.weight", .gate(layer: layer)),
        whole(prefix + "mlp.swiglu.w2.weight", .up(layer: layer)),
        whole(prefix + "mlp.swiglu.w3.weight", .down(layer: layer)),
      ]
    }
    return tensors + [
      whole("transformer.ln_f.weight", .finalNorm), whole("lm_head.weight", .head),
    ]
  }

  private func packedHeads(_ name: String, _ layer: Int) -> ModelTensor {
    let sharing = headCount / keyValueHeadCount
    var pieces: [(role: ParameterRole, rows: Range<Int>)] = []
    for group in 0..<keyValueHeadCount {
      let queries = group * sharing * headSize..<(group + 1) * sharing * headSize
      let keys = group * headSize..<(group + 1) * headSize
      pieces += [
        (.query(layer: layer), queries), (.key(layer: layer), keys), (.value(layer: layer), keys),
      ]
    }
    return ModelTensor(
      name: name, shape: [queryWidth + 2 * keyValueWidth, width], pieces: pieces)
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

/// The weights of a transformer of rotary attention and gated feed-forward layers.
struct TransformerWeights: Sendable {
  /// The weights of one block.
  struct Block: Sendable {
    /// Shape `[width]`.
    var attentionNorm: Tensor
    /// What makes queries, keys and values.
    var attention: Attention
    /// Shape `[width, queryWidth]`.
    var projection: WeightMatrix
    /// Shape `[width]`.
    var feedForwardNorm: Tensor
    /// Shape `[feedForwardWidth, width]`.
    var gate: WeightMatrix
    /// Shape `[feedForwardWidth, width]`.
    var up: WeightMatrix
    /// Shape `[width, feedForwardWidth]`.
    var down: WeightMatrix
  }

  /// How the weights of queries, keys and values are stored.
  enum Attention: Sendable {
    /// Three matrices, of `queryWidth`, `keyValueWidth` and `keyValueWidth` rows.
    case separate(query: WeightMatrix, key: WeightMatrix, value: WeightMatrix)
    /// One matrix: for each key head the rows of its query heads, of the key, of the value.
    case packed(WeightMatrix)
  }

  /// Shape `[embeddingCount, width]`.
  var embedding: WeightMatrix
  /// The blocks, first to last.
  var blocks: [Block]
  /// Shape `[width]`.
  var finalNorm: Tensor
  /// Shape `[vocabularySize, width]`.
  var head: WeightMatrix
}

extension Weights {
  /// Returns the matrix called `name`.
  ///
  /// - Throws: ``ModelError/weights(_:)`` when it is missing or has another shape.
  func matrix(_ name: String, _ rows: Int, _ columns: Int) throws(ModelError) -> WeightMatrix {
    WeightMatrix(try checked(name, [rows, columns]), rows: rows, columns: columns)
  }

  /// Returns the vector called `name`, widened to single precision.
  ///
  /// - Throws: ``ModelError/weights(_:)`` when it is missing or has another shape.
  func vector(_ name: String, _ count: Int) throws(ModelError) -> Tensor {
    Tensor(try checked(name, [count]).floats())
  }

  private func checked(_ name: String, _ shape: Shape) throws(ModelError) -> StoredTensor {
    do throws(WeightsError) {
      return try tensor(name, shape)
    } catch {
      throw .weights(error)
    }
  }
}

internal import Checkpoints
package import Kernels

/// The weights of a transformer of rotary attention and gated feed-forward layers.
package struct TransformerWeights: Sendable {
  /// The weights of one block.
  package struct Block: Sendable {
    /// Shape `[width]`.
    package var attentionNorm: Tensor
    /// What makes queries, keys and values.
    package var attention: Attention
    /// Shape `[width, queryWidth]`.
    package var projection: WeightMatrix
    /// Shape `[width]`.
    package var feedForwardNorm: Tensor
    /// Shape `[feedForwardWidth, width]`.
    package var gate: WeightMatrix
    /// Shape `[feedForwardWidth, width]`.
    package var up: WeightMatrix
    /// Shape `[width, feedForwardWidth]`.
    package var down: WeightMatrix

    /// Creates a block; the shapes are not checked.
    package init(
      attentionNorm: Tensor, attention: Attention, projection: WeightMatrix,
      feedForwardNorm: Tensor, gate: WeightMatrix, up: WeightMatrix, down: WeightMatrix
    ) {
      self.attentionNorm = attentionNorm
      self.attention = attention
      self.projection = projection
      self.feedForwardNorm = feedForwardNorm
      self.gate = gate
      self.up = up
      self.down = down
    }
  }

  /// How the weights of queries, keys and values are stored.
  package enum Attention: Sendable {
    /// Three matrices, of `queryWidth`, `keyValueWidth` and `keyValueWidth` rows.
    case separate(query: WeightMatrix, key: WeightMatrix, value: WeightMatrix)
    /// One matrix: for each key head the rows of its query heads, of the key, of the value.
    case packed(WeightMatrix)
  }

  /// Shape `[embeddingCount, width]`.
  package var embedding: WeightMatrix
  /// The blocks, first to last.
  package var blocks: [Block]
  /// Shape `[width]`.
  package var finalNorm: Tensor
  /// Shape `[vocabularySize, width]`.
  package var head: WeightMatrix

  /// Creates the weights of a network; the shapes are not checked.
  package init(embedding: WeightMatrix, blocks: [Block], finalNorm: Tensor, head: WeightMatrix) {
    self.embedding = embedding
    self.blocks = blocks
    self.finalNorm = finalNorm
    self.head = head
  }
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

/// The intermediate results of a forward pass; allocated once and reused while they are large
/// enough.
final class TransformerScratch {
  /// The residual stream, shape `[queries, width]`.
  private(set) var stream = Tensor(count: 0)
  /// Queries, then what the heads gathered, shape `[queries, queryWidth]`.
  private(set) var queries = Tensor(count: 0)
  /// Keys of the computed positions, shape `[queries, keyValueWidth]`.
  private(set) var keys = Tensor(count: 0)
  /// Values of the computed positions, shape `[queries, keyValueWidth]`.
  private(set) var values = Tensor(count: 0)
  /// Queries, keys and values of families that store them as one matrix, or rotated keys of whole
  /// rows that use a cache; shape `[queries, queryWidth + 2 · keyValueWidth]` or
  /// `[keys, keyValueWidth]`.
  private(set) var packed = Tensor(count: 0)
  /// Between the halves of the feed-forward layer, shape `[queries, feedForwardWidth]`.
  private(set) var hidden = Tensor(count: 0)
  /// The stream of the wanted positions, shape `[wanted, width]`.
  private(set) var wanted = Tensor(count: 0)

  /// The largest sizes there is room for.
  private var room = (queries: 0, keys: 0, wanted: 0)

  /// Makes room for a forward pass.
  func reserve(_ shape: TransformerShape, queries count: Int, keys keyCount: Int, wanted: Int) {
    if count > room.queries {
      room.queries = count
      stream = Tensor(count: count * shape.width)
      queries = Tensor(count: count * shape.queryWidth)
      keys = Tensor(count: count * shape.keyValueWidth)
      values = Tensor(count: count * shape.keyValueWidth)
      hidden = Tensor(count: count * shape.feedForwardWidth)
    }
    let packedCount = max(
      count * (shape.queryWidth + 2 * shape.keyValueWidth), keyCount * shape.keyValueWidth)
    if packedCount > packed.elements.count { packed = Tensor(count: packedCount) }
    if wanted > room.wanted {
      room.wanted = wanted
      self.wanted = Tensor(count: wanted * shape.width)
    }
  }

  /// Returns the memory a forward pass over `positions` takes besides the weights, logits of all
  /// positions included, in bytes.
  static func byteCount(shape: TransformerShape, positions: Int) -> Int {
    // In floating point, because the context length a file claims may be absurd.
    let perPosition =
      Double(2 * shape.width) + Double(2 * shape.queryWidth) + Double(4 * shape.keyValueWidth)
      + Double(shape.feedForwardWidth) + Double(shape.vocabularySize) + Double(shape.headSize)
    return Int(exactly: (perPosition * Double(positions) * 4).rounded()) ?? .max
  }
}

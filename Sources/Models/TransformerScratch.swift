internal import Kernels
internal import MaskedDiffusion

/// The intermediate results of a forward pass; allocated once and reused while they are large
/// enough.
final class TransformerScratch {
  typealias Rows = Kernels.Rows

  /// The residual stream, shape `[queries, width]`.
  private(set) var stream = Tensor(count: 0)
  /// Queries, keys and values side by side, shape `[queries, queryWidth + 2 · keyValueWidth]`, rows
  /// ``projectedStride(_:)`` elements apart.
  private(set) var projected = Tensor(count: 0)
  /// What the heads gathered, shape `[queries, queryWidth]`.
  private(set) var gathered = Tensor(count: 0)
  /// Rotated keys of rows that read a cache, shape `[keys, keyValueWidth]`.
  private(set) var rotated = Tensor(count: 0)
  /// Between the halves of the feed-forward layer, shape `[queries, hiddenWidth]`.
  private(set) var hidden = Tensor(count: 0)
  /// The stream after a norm that is no part of a product, shape `[queries, width]`.
  private(set) var normalized = Tensor(count: 0)
  /// The scores of experts, shape `[queries, experts]`.
  private(set) var scores = Tensor(count: 0)
  /// The positions of an expert, what it makes of them, and the sum over experts, each of shape
  /// `[queries, width]`.
  private(set) var routed = Tensor(count: 0)
  /// The stream of the wanted positions, shape `[wanted, width]`.
  private(set) var wanted = Tensor(count: 0)

  /// The largest sizes there is room for.
  private var room = (queries: 0, keys: 0, wanted: 0)

  /// Makes room for a forward pass.
  ///
  /// - Parameters:
  ///   - architecture: The network.
  ///   - count: The positions computed.
  ///   - keyCount: The keys that are read from caches.
  ///   - wanted: The positions whose logits are wanted.
  func reserve(_ architecture: Architecture, queries count: Int, keys keyCount: Int, wanted: Int) {
    if count > room.queries {
      room.queries = count
      stream = Tensor(count: count * architecture.width)
      projected = Tensor(count: count * Self.projectedStride(architecture))
      gathered = Tensor(count: count * architecture.queryWidth)
      hidden = Tensor(count: count * architecture.hiddenWidth)
      if architecture.usesNormalizedRows {
        normalized = Tensor(count: count * architecture.width)
      }
      if let experts = architecture.experts {
        scores = Tensor(count: count * experts.count)
        routed = Tensor(count: 3 * count * architecture.width)
      }
    }
    if keyCount > room.keys {
      room.keys = keyCount
      rotated = Tensor(count: keyCount * architecture.keyValueWidth)
    }
    if wanted > room.wanted {
      room.wanted = wanted
      self.wanted = Tensor(count: wanted * architecture.width)
    }
  }

  /// The elements from one row of ``projected`` to the next: an odd number of cache lines, because
  /// attention reads the same head of many rows, which must not all fall into the same few places
  /// of the first-level cache.
  static func projectedStride(_ architecture: Architecture) -> Int {
    let lines = (architecture.queryWidth + 2 * architecture.keyValueWidth + 15) / 16
    return (lines | 1) * 16
  }

  /// Returns the memory a forward pass over `positions` takes besides the weights, logits of all
  /// positions included, in bytes.
  static func byteCount(architecture: Architecture, positions: Int) -> Int {
    // In floating point, because the context length a file claims may be absurd.
    var perPosition = Double(architecture.headSize)
    perPosition += 2 * Double(architecture.width)
    perPosition += 2 * Double(architecture.queryWidth) + 3 * Double(architecture.keyValueWidth)
    perPosition += Double(architecture.hiddenWidth) + Double(architecture.vocabularySize)
    if architecture.usesNormalizedRows { perPosition += Double(architecture.width) }
    if let experts = architecture.experts {
      perPosition += Double(experts.count) + 3 * Double(architecture.width)
    }
    return Int(exactly: (perPosition * Double(positions) * 4).rounded()) ?? .max
  }
}

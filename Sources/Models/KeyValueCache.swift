internal import Kernels
internal import MaskedDiffusion

/// The keys and values of every layer for the positions of one row.
///
/// Keys are kept as they are before their rotation, so that they can be read from any position.
///
/// - SeeAlso: Wu et al., “Fast-dLLM”, arXiv:2505.22618, prefix and dual cache; Ma et al.,
///   “dKV-Cache”, arXiv:2505.15781.
package final class KeyValueCache: PredictionCache, @unchecked Sendable {
  // Written by the predictor that made it, which serves one call at a time.

  /// Keys of each layer, shape `[positions, keyValueWidth]`.
  private(set) var keys: [Tensor] = []

  /// Values of each layer, shape `[positions, keyValueWidth]`.
  private(set) var values: [Tensor] = []

  /// The number of positions that are stored in every layer; 0 after a call that was cancelled.
  var positionCount = 0

  /// The network the contents belong to.
  let owner: ObjectIdentifier

  private let layerCount: Int
  private let keyValueWidth: Int
  private var capacity = 0

  init(owner: ObjectIdentifier, layerCount: Int, keyValueWidth: Int) {
    self.owner = owner
    self.layerCount = layerCount
    self.keyValueWidth = keyValueWidth
  }

  package var byteCount: Int {
    2 * layerCount * capacity * keyValueWidth * MemoryLayout<Float>.stride
  }

  /// Makes room for `count` positions and forgets what is stored.
  func reserve(_ count: Int) {
    positionCount = 0
    guard count > capacity else { return }
    capacity = count
    keys = (0..<layerCount).map { _ in Tensor(count: count * keyValueWidth) }
    values = (0..<layerCount).map { _ in Tensor(count: count * keyValueWidth) }
  }
}

internal import Kernels
internal import MaskedDiffusion

/// The keys and values of every layer for the positions of one row.
///
/// What a row in any order computed is kept for the whole canvas, keys as they are before their
/// rotation, so that they can be read from any position. Where the row's pattern is ordered, the
/// positions before a change are kept, keys rotated, and others are appended.
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

  /// What was read at each position of an ordered row, as far as its keys and values are stored; empty
  /// when the contents are those of a row in any order.
  private(set) var entries: [Entry] = []

  /// The pattern of the ordered row, and the length its rotations depend on.
  private var order: Order?

  /// What the keys and values of an ordered position depend on, besides those before it.
  struct Entry: Equatable {
    var token: TokenID
    var position: Int32
    var isVisible: Bool
  }

  /// What the keys and values of all positions of an ordered row depend on.
  struct Order: Equatable {
    var pattern: AttentionPattern
    var frequencyLength: Int
  }

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
    entries.removeAll(keepingCapacity: true)
    guard count > capacity else { return }
    capacity = count
    keys = (0..<layerCount).map { _ in Tensor(count: count * keyValueWidth) }
    values = (0..<layerCount).map { _ in Tensor(count: count * keyValueWidth) }
  }

  /// Returns how many of the first positions of an ordered row are stored.
  func commonCount(_ row: some Collection<Entry>, _ order: Order) -> Int {
    guard self.order == order else { return 0 }
    return zip(entries, row).prefix { $0 == $1 }.count
  }

  /// Keeps the first `kept` positions of an ordered row and makes room for `count`.
  func truncate(to kept: Int, room count: Int, _ order: Order) {
    positionCount = 0
    self.order = order
    entries.removeLast(entries.count - kept)
    guard count > capacity else { return }
    // Twice as many as now, so that appending copies each position a few times at most.
    capacity = max(count, 2 * capacity)
    func grown(_ old: [Tensor]) -> [Tensor] {
      (0..<layerCount).map { layer in
        let new = Tensor(count: capacity * keyValueWidth)
        if kept > 0 {
          new.address.update(from: old[layer].address, count: kept * keyValueWidth)
        }
        return new
      }
    }
    keys = grown(keys)
    values = grown(values)
  }

  /// Says that positions behind the stored ones are now stored.
  func append(_ new: some Sequence<Entry>) { entries.append(contentsOf: new) }
}

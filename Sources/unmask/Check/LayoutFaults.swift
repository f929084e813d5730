import Checkpoints
import MaskedDiffusion
import Models

/// Faults of converted weights that stand in the right tensor in the wrong order, or in the tensor of
/// another layer.
struct LayoutFaults {
  let subject: CheckSubject
  let directory: ModelDirectory

  private var architecture: Architecture { directory.description.architecture }
  private var names: TensorNames { directory.description.names }
  private var weights: Weights { directory.weights }
  private var layers: Range<Int> { 0..<architecture.layerCount }

  /// Neighbouring layers are exchanged in networks of up to as many.
  private static let layerLimit = 48

  /// Every fault that can be undone.
  var all: [Fault] { rotaryLayout + attentionLayout + layerOrder }

  // MARK: - Rotated pairs

  /// Rows of queries and keys whose pairs stand as another program arranges them.
  private var rotaryLayout: [Fault] {
    let size = architecture.headSize
    guard architecture.rotatedSize == size, size % 2 == 0, architecture.learnedPositions == nil
    else {
      return []
    }
    let areHalves = architecture.rotary.pairing == .halves
    let order = Self.pairOrder(size: size, toHalves: areHalves)
    let changed = layers.flatMap { reordered(layer: $0, order) }
    guard !changed.isEmpty else { return [] }
    return [
      Fault(
        name: "rotary-layout",
        sentence: "the rows of queries and keys are not in the order in which they are rotated",
        remedy: areHalves ? "neighbours as pairs of rows" : "halves as pairs of rows",
        advice: areHalves
          ? "the rows are arranged as Meta's and llama.cpp's files are: reorder each head, the even "
            + "rows first, where the checkpoint is converted"
          : "the rows are arranged as Transformers does: interleave the halves of each head where the "
            + "checkpoint is converted"
      ) { try subject.predictor(weights: weights.replacing(changed)) }
    ]
  }

  /// The old row of every row of a head.
  static func pairOrder(size: Int, toHalves: Bool) -> [Int] {
    toHalves
      ? (0..<size).map { 2 * ($0 % (size / 2)) + $0 / (size / 2) }
      : (0..<size).map { $0 / 2 + $0 % 2 * (size / 2) }
  }

  private func reordered(layer: Int, _ order: [Int]) -> [StoredTensor] {
    let size = order.count
    switch architecture.attentionLayout {
    case .separate:
      return [TensorNames.BlockRole.query, .key].flatMap { role in
        [TensorNames.Part.weight, .bias].compactMap { part -> StoredTensor? in
          guard let tensor = weights.tensors[names[role, layer: layer, part]],
            let rows = tensor.shape.dimensions.first, rows % size == 0
          else { return nil }
          return tensor.reorderingRows((0..<rows).map { $0 / size * size + order[$0 % size] })
        }
      }
    case .grouped:
      let sharing = architecture.headCount / architecture.keyValueHeadCount
      return packed(layer: layer) { row in
        // Of each key head: its query heads, the key, the value, which is not rotated.
        let head = row / size % (sharing + 2)
        return head <= sharing ? row / size * size + order[row % size] : row
      }
    case .stacked:
      let rotated = (architecture.headCount + architecture.keyValueHeadCount) * size
      return packed(layer: layer) { $0 < rotated ? $0 / size * size + order[$0 % size] : $0 }
    }
  }

  private func packed(layer: Int, _ oldRow: (Int) -> Int) -> [StoredTensor] {
    let rows =
      (architecture.headCount + 2 * architecture.keyValueHeadCount) * architecture.headSize
    return [TensorNames.Part.weight, .bias].compactMap { part in
      guard let tensor = weights.tensors[names[.packedAttention, layer: layer, part]],
        tensor.shape.dimensions.first == rows
      else { return nil }
      return tensor.reorderingRows((0..<rows).map(oldRow))
    }
  }

  // MARK: - Queries, keys and values in one matrix

  /// All queries before all keys before all values, or head by head.
  private var attentionLayout: [Fault] {
    guard architecture.attentionLayout != .separate, architecture.keyValueHeadCount > 1 else {
      return []
    }
    let isGrouped = architecture.attentionLayout == .grouped
    let order = stackedOrder
    var inverse = order
    for (new, old) in order.enumerated() { inverse[old] = new }
    let rows = isGrouped ? order : inverse
    let changed = layers.map { packed(layer: $0) { rows[$0] } }
    let single = changed.count > 1 && subject.effort.triesSingly(directory) ? changed : []
    return ([Array(changed.joined())] + single).filter { !$0.isEmpty }.map { tensors in
      let place = tensors.count == 1 ? "'\(tensors[0].name)'" : "all layers"
      return Fault(
        name: "attention-layout",
        sentence: "queries, keys and values stand in another order in \(place)",
        remedy: isGrouped
          ? "all queries first, then all keys, then all values" : "the parts of each head together",
        advice: isGrouped
          ? "arrange the rows head by head, as lit-gpt does, where the checkpoint is converted"
          : "arrange the rows as all queries, all keys, all values where the checkpoint is converted"
      ) { try subject.predictor(weights: weights.replacing(tensors)) }
    }
  }

  /// For every row of a matrix arranged by key heads, the row of one that is stacked.
  private var stackedOrder: [Int] {
    let size = architecture.headSize
    let (heads, groups) = (architecture.headCount, architecture.keyValueHeadCount)
    let sharing = heads / groups
    return (0..<groups).flatMap { group in
      let queries = (0..<sharing).map { group * sharing + $0 }
      return (queries + [heads + group, heads + groups + group]).flatMap { head in
        (0..<size).map { head * size + $0 }
      }
    }
  }

  // MARK: - Layers

  /// Layers that follow each other in another order.
  private var layerOrder: [Fault] {
    guard layers.count > 1, layers.count <= Self.layerLimit else { return [] }
    var orders: [(order: [Int], place: String)] = []
    let sorted = layers.map(String.init).sorted().compactMap { Int($0) }
    if sorted != Array(layers) { orders.append((sorted, "sorted as texts, 10 before 2")) }
    if subject.effort.triesSingly(directory) {
      for layer in layers.dropLast() {
        var order = Array(layers)
        order.swapAt(layer, layer + 1)
        orders.append((order, "\(layer) and \(layer + 1) exchanged"))
      }
    }
    return orders.map { order, place in
      // What was written as layer `index` was layer `order[index]`.
      let moved = weights.tensors.values.compactMap { tensor -> StoredTensor? in
        guard let layer = Self.layer(of: tensor.name), layers.contains(layer), order[layer] != layer
        else { return nil }
        return tensor.renamed(Self.name(tensor.name, layer: order[layer]))
      }
      return Fault(
        name: "layer-order", sentence: "layers stand in the wrong order: \(place)",
        remedy: "layers put back in order",
        advice: "number the layers where the checkpoint is converted"
      ) { try subject.predictor(weights: weights.replacing(moved)) }
    }
  }

  /// The number of the layer in the name of a tensor.
  static func layer(of name: String) -> Int? {
    name.split(separator: ".").lazy.compactMap { Int($0) }.first
  }

  private static func name(_ name: String, layer: Int) -> String {
    var parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if let index = parts.firstIndex(where: { Int($0) != nil }) { parts[index] = "\(layer)" }
    return parts.joined(separator: ".")
  }
}

internal import Kernels
internal import MaskedDiffusion

/// Who attends to whom.
extension Transformer {
  typealias Vector = SIMD8<Float>

  /// Empty maps for the rows of `request` that want one; nothing where none does.
  func attentionMaps(for request: PredictionRequest) -> [AttentionMap?] {
    guard request.rows.contains(where: { $0.attentionShare != nil }) else { return [] }
    return request.rows.map { row in
      row.attentionShare.map { _ in AttentionMap(count: row.tokens.count) }
    }
  }

  /// The layers whose mean is wanted: a share of all, from the last, and one at least.
  private func wantedLayers(_ share: Double) -> Range<Int> {
    let count = architecture.layerCount
    return count - max(1, min(count, Int((share * Double(count)).rounded())))..<count
  }

  /// Adds what `layer` contributes to the mean over heads and layers.
  ///
  /// Must come before the queries that nobody wants are overwritten.
  func addAttention(
    of layer: Int, to maps: inout [AttentionMap?], asked request: PredictionRequest,
    _ sources: [KeySource], _ seen: RequestLayout.Seen, _ heads: ProjectedHeads
  ) {
    for source in sources {
      guard let share = request.rows[source.row].attentionShare, var map = maps[source.row] else {
        continue
      }
      let layers = wantedLayers(share)
      guard layers.contains(layer) else { continue }
      let part = 1 / Float(layers.count * architecture.headCount)
      map.weights.withUnsafeMutableBufferPointer { weights in
        // Each row is written by one thread.
        nonisolated(unsafe) let weights = weights
        let width = map.count
        kernels.pool.run(taskCount: source.queries.count) { task, _ in
          let query = source.queries.lowerBound + task
          let row = pass.layout.canvasPositions[query] * width
          var scores = [Float](repeating: 0, count: source.keys.count)
          for head in 0..<architecture.headCount {
            weigh(&scores, of: query, head: head, source, seen, heads)
            for key in scores.indices { weights[row + key] += scores[key] * part }
          }
        }
      }
      maps[source.row] = map
    }
  }

  /// The shares of one head's attention.
  private func weigh(
    _ scores: inout [Float], of query: Int, head: Int, _ source: KeySource,
    _ seen: RequestLayout.Seen, _ heads: ProjectedHeads
  ) {
    let size = architecture.headSize
    let sharing = architecture.headCount / architecture.keyValueHeadCount
    let (group, place) = head.quotientAndRemainder(dividingBy: sharing)
    let q = heads.queries[query] + group * heads.queryGroupStride + place * size
    let scale = 1 / Float(size).squareRoot()
    let range = seen.ranges.map { Int($0[query].first)..<Int($0[query].end) } ?? 0..<scores.count
    let hidden = seen.hiddenGroups.map { $0[query] } ?? 0
    for key in scores.indices {
      let isSeen =
        range.contains(key) && source.visible.map { $0[key] != 0 } ?? true
        && (hidden == 0 || source.groups.map { $0[key] != hidden } ?? true)
      scores[key] =
        isSeen
        ? Self.product(q, source.keys[key] + group * source.keyStride, size) * scale : -.infinity
    }
    scores.withUnsafeMutableBufferPointer { scores in
      guard let address = scores.baseAddress else { return }
      kernels.softmax(
        Rows(address, count: 1, width: scores.count), scale: 1, causalOffset: nil)
    }
  }

  private static func product(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ count: Int
  ) -> Float {
    var sums = Vector(repeating: 0)
    var index = 0
    while index + Vector.scalarCount <= count {
      sums +=
        UnsafeRawPointer(left + index).loadUnaligned(as: Vector.self)
        * UnsafeRawPointer(right + index).loadUnaligned(as: Vector.self)
      index += Vector.scalarCount
    }
    var sum = sums.sum()
    while index < count {
      sum += left[index] * right[index]
      index += 1
    }
    return sum
  }
}

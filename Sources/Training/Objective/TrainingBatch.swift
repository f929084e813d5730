package import MaskedDiffusion

/// Canvases of equal length, and which of their tokens the network is to predict.
package struct TrainingBatch: Equatable, Sendable {
  /// What the network reads, canvas after canvas.
  package var tokens: [TokenID]

  /// The number of positions of each canvas.
  package var length: Int

  /// A position whose token is to be predicted.
  package struct Target: Equatable, Sendable {
    /// An index of `tokens`.
    package var row: Int
    /// The token.
    package var token: TokenID
    /// What its cross entropy is multiplied by in the loss.
    package var weight: Float

    package init(row: Int, token: TokenID, weight: Float) {
      self.row = row
      self.token = token
      self.weight = weight
    }
  }

  /// What is to be predicted, rows ascending.
  package var targets: [Target]

  /// Creates a batch; `tokens` holds whole canvases.
  package init(tokens: [TokenID], length: Int, targets: [Target]) {
    precondition(length > 0 && tokens.count % length == 0, "\(tokens.count) by \(length)")
    self.tokens = tokens
    self.length = length
    self.targets = targets
  }

  /// The number of canvases.
  package var canvasCount: Int { tokens.count / length }

  /// Some of the canvases, as a batch of their own.
  package func canvases(_ numbers: some Sequence<Int>) -> TrainingBatch {
    var part = TrainingBatch(tokens: [], length: length, targets: [])
    for canvas in numbers {
      let first = canvas * length, moved = part.tokens.count - first
      part.tokens += tokens[first..<first + length]
      let place = targets.partitioningIndex { $0.row >= first }
      for target in targets[place...].prefix(while: { $0.row < first + length }) {
        part.targets.append(
          Target(row: target.row + moved, token: target.token, weight: target.weight))
      }
    }
    return part
  }

  /// Deals the canvases into `count` hands, those with the most targets first and back and forth, so that
  /// every hand has about as many targets.
  package func hands(_ count: Int) -> [[Int]] {
    var targetCounts = [Int](repeating: 0, count: canvasCount)
    for target in targets { targetCounts[target.row / length] += 1 }
    let order = targetCounts.indices.sorted {
      (targetCounts[$1], $0) < (targetCounts[$0], $1)
    }
    var hands = [[Int]](repeating: [], count: count)
    for (place, canvas) in order.enumerated() {
      let hand = place % count
      hands[place / count % 2 == 0 ? hand : count - 1 - hand].append(canvas)
    }
    return hands.map { $0.sorted() }
  }
}

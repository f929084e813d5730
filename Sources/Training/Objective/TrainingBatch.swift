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

  /// The canvases in `range`, as a batch of their own.
  package func canvases(_ range: Range<Int>) -> TrainingBatch {
    let rows = range.lowerBound * length..<range.upperBound * length
    return TrainingBatch(
      tokens: Array(tokens[rows]), length: length,
      targets: targets.filter { rows.contains($0.row) }.map {
        Target(row: $0.row - rows.lowerBound, token: $0.token, weight: $0.weight)
      })
  }
}

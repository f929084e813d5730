/// The answer to a ``PredictionRequest``: logits for the wanted positions of each row.
public struct Prediction: Sendable {
  /// One entry a row of the request, in its order.
  public var rows: [Logits] = []

  /// The positions that were computed for it, those of all rows together; `nil` where the predictor
  /// does not count.
  public var computedCount: Int?

  /// Who attends to whom in each row of the request; empty where no row asks for it.
  public var attention: [AttentionMap?] = []

  /// Creates an empty prediction, to be filled by a predictor.
  public init() {}
}

/// Unnormalised log-probabilities at some positions of a canvas.
public struct Logits: Equatable, Sendable {
  /// The positions the rows belong to, ascending; shape `[rows]`.
  public var positions: [Int]

  /// The number of columns.
  public var vocabularySize: Int

  /// The values, row-major; shape `[rows, vocabulary]`.
  public var values: [Float]

  /// Creates zero logits for `positions`, or with `values` of shape `[positions, vocabulary]`.
  public init(positions: [Int] = [], vocabularySize: Int = 0, values: [Float]? = nil) {
    self.positions = positions
    self.vocabularySize = vocabularySize
    self.values = values ?? Array(repeating: 0, count: positions.count * vocabularySize)
    precondition(
      self.values.count == positions.count * vocabularySize,
      "\(self.values.count) values for \(positions.count) rows of \(vocabularySize)")
  }

  /// Makes room for `positions` × `vocabularySize` values, reusing the storage; the values are
  /// unspecified until they are written.
  public mutating func reshape(positions: [Int], vocabularySize: Int) {
    self.positions = positions
    self.vocabularySize = vocabularySize
    let count = positions.count * vocabularySize
    if values.count > count { values.removeLast(values.count - count) }
    if values.count < count {
      values.append(contentsOf: repeatElement(0, count: count - values.count))
    }
  }

  /// The logits of row `index`, shape `[vocabulary]`.
  public subscript(row index: Int) -> ArraySlice<Float> {
    values[index * vocabularySize..<(index + 1) * vocabularySize]
  }
}

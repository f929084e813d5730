/// How much the positions of a row attend to each other: the mean over the heads of some layers.
public struct AttentionMap: Equatable, Sendable {
  /// The number of positions.
  public let count: Int
  /// The shares, row-major, shape `[positions, positions]`; each row adds up to 1, or is 0 where it was
  /// not computed.
  public var weights: [Float]

  /// Creates a map of zeros.
  public init(count: Int) {
    self.count = count
    weights = Array(repeating: 0, count: count * count)
  }

  /// How much `position` attends to `other`, in 0...1.
  public subscript(position: Int, other: Int) -> Float {
    get { weights[position * count + other] }
    set { weights[position * count + other] = newValue }
  }

  /// Returns the part of the map that concerns `positions`.
  public func part(_ positions: Range<Int>) -> AttentionMap {
    var part = AttentionMap(count: positions.count)
    for position in positions {
      for other in positions {
        part[position - positions.lowerBound, other - positions.lowerBound] = self[position, other]
      }
    }
    return part
  }
}

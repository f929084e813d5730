import MaskedDiffusion

/// What some number of steps cost and did.
package struct RunTotals: Equatable, Sendable {
  /// The forward passes.
  package var forwards = 0
  /// The positions that got a token, those that got one again included.
  package var unmasked = 0
  /// The time the steps took, in milliseconds.
  package var milliseconds = 0.0
  /// The steps the user chose.
  package var byHand = 0
  /// The positions that were computed, each as often as it was; 0 where that was not counted.
  package var visits = 0
  /// The positions that were masked again.
  package var remasked = 0

  /// The positions that got a token for each forward pass; `nil` when there was none.
  package var tokensPerForward: Double? {
    forwards > 0 ? Double(unmasked) / Double(forwards) : nil
  }

  fileprivate mutating func add(_ point: Point) {
    if let step = point.step {
      forwards += step.forwards
      unmasked += step.unmasked.count
      remasked += step.remasked.count
      milliseconds += step.milliseconds
    }
    if point.isByHand { byHand += 1 }
    visits += point.visits ?? 0
  }
}

/// The numbers of a branch's points in columns, one entry a point.
///
/// They are asked for in every picture and after every step, and a fast model takes thousands of
/// steps: so neither may walk over the points.
package struct PointColumns: Equatable, Sendable {
  /// The mean entropy before each step, in nats; 0 where it is not known.
  package private(set) var entropies: [Double] = []
  /// The positions each step unmasked.
  package private(set) var unmaskedCounts: [Double] = []
  /// The positions each step masked again.
  package private(set) var remaskedCounts: [Double] = []
  /// What the steps up to each point did, its own included.
  package private(set) var totals: [RunTotals] = []
  /// The number of candidates kept at all points.
  package private(set) var candidateCount = 0
  /// The number of positions of all sampler states kept.
  package private(set) var statePositionCount = 0

  init(_ points: [Point]) {
    for point in points { append(point) }
  }

  mutating func append(_ point: Point) {
    candidateCount += point.candidateCount
    statePositionCount += point.statePositionCount
    appendNumbers(of: point)
  }

  /// Takes in that a point is another one now.
  ///
  /// - Complexity: O(1) unless its step changed, which only editing does.
  mutating func replace(_ index: Int, _ old: Point, of points: [Point]) {
    let new = points[index]
    candidateCount += new.candidateCount - old.candidateCount
    statePositionCount += new.statePositionCount - old.statePositionCount
    guard new.step != old.step || new.isByHand != old.isByHand else { return }
    for column in [\PointColumns.entropies, \.unmaskedCounts, \.remaskedCounts] {
      self[keyPath: column].removeSubrange(index...)
    }
    totals.removeSubrange(index...)
    for point in points[index...] { appendNumbers(of: point) }
  }

  private mutating func appendNumbers(of point: Point) {
    entropies.append(point.step?.meanEntropy ?? 0)
    unmaskedCounts.append(Double(point.step?.unmasked.count ?? 0))
    remaskedCounts.append(Double(point.step?.remasked.count ?? 0))
    var total = totals.last ?? RunTotals()
    total.add(point)
    totals.append(total)
  }
}

extension Point {
  /// The number of positions of the sampler state kept here.
  var statePositionCount: Int { state?.canvas.count ?? 0 }
}

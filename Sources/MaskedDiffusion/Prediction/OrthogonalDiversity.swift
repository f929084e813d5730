#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Pushes the texts of a batch apart, in order: each towards tokens that those before it do not use.
///
/// A text is the vector v of the largest probability each token has at any position, of length 1; Q is
/// the mean of the largest probabilities at its masks. With t, what is left of v besides the directions
/// of the texts before it, the logits of the masks go a step along the gradient of (v · t) Q, in which t
/// is constant: a closed form of softmax and maximum. The first text stays as it is, and so do texts that
/// are the same as one before.
///
/// - SeeAlso: ODD, arXiv:2603.04893.
package struct OrthogonalDiversity {
  /// A residual that is shorter is none.
  private static let least = 1e-6

  /// The directions of the texts so far, each of length 1 and at right angles to the others.
  private var directions: [[Double]] = []

  /// Creates what is known of a batch without texts.
  package init() {}

  /// Changes the logits of the next text of the batch.
  ///
  /// - Parameters:
  ///   - logits: The logits, rows by position.
  ///   - masked: The rows of masks.
  ///   - written: The tokens that are written already.
  ///   - exempt: The tokens whose logits stay, such as those that end a text.
  ///   - strength: The length of the longest change of a position.
  package mutating func push(
    _ logits: inout Logits, masked: [Int], written: [TokenID], exempt: [TokenID], strength: Double
  ) {
    let columns = logits.vocabularySize
    guard !masked.isEmpty, columns > 0 else { return }
    let rows = masked.map { Self.softmax(logits.values[$0 * columns..<($0 + 1) * columns]) }
    var largest = Array(repeating: 0.0, count: columns)
    // The row in which a token is most probable; none where it is written.
    var owner = Array(repeating: -1, count: columns)
    for token in written where Int(token) < columns { largest[Int(token)] = 1 }
    for (row, probabilities) in rows.enumerated() {
      for (token, probability) in probabilities.enumerated() where probability > largest[token] {
        largest[token] = probability
        owner[token] = row
      }
    }
    let length = Self.length(largest)
    let vector = largest.map { $0 / length }
    var rest = vector
    for direction in directions {
      let share = Self.product(vector, direction)
      for token in rest.indices { rest[token] -= share * direction[token] }
    }
    let restLength = Self.length(rest)
    let isFirst = directions.isEmpty
    if restLength > Self.least { directions.append(rest.map { $0 / restLength }) }
    guard !isFirst, restLength > Self.least else { return }
    let quality = rows.reduce(0) { $0 + ($1.max() ?? 0) } / Double(rows.count)
    let overlap = Self.product(vector, rest)
    var changes = rows.enumerated().map { row, probabilities in
      var slope = Array(repeating: 0.0, count: columns)
      for token in 0..<columns where owner[token] == row {
        slope[token] = quality * (rest[token] - vector[token] * overlap) / length
      }
      if let best = probabilities.indices.max(by: { probabilities[$0] < probabilities[$1] }) {
        slope[best] += overlap / Double(rows.count)
      }
      let mean = Self.product(slope, probabilities)
      return zip(slope, probabilities).map { ($0 - mean) * $1 }
    }
    for index in changes.indices {
      for token in exempt where Int(token) < columns { changes[index][Int(token)] = 0 }
    }
    let longest = changes.map(Self.length).max() ?? 0
    guard longest > 0 else { return }
    for (row, change) in zip(masked, changes) {
      for token in 0..<columns {
        logits.values[row * columns + token] += Float(strength * change[token] / longest)
      }
    }
  }

  private static func softmax(_ row: ArraySlice<Float>) -> [Double] {
    let largest = Double(row.max() ?? 0)
    let weights = row.map { exp(Double($0) - largest) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  private static func product(_ left: [Double], _ right: [Double]) -> Double {
    zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func length(_ vector: [Double]) -> Double { product(vector, vector).squareRoot() }
}

extension Sampler {
  /// Pushes the texts of runs that are done together apart, as their settings say.
  static func pushApart(_ samplers: inout [Sampler]) {
    guard samplers.count > 1, samplers.contains(where: { $0.settings.diversity > 0 }) else {
      return
    }
    var diversity = OrthogonalDiversity()
    for index in samplers.indices { samplers[index].push(&diversity) }
  }

  private mutating func push(_ diversity: inout OrthogonalDiversity) {
    guard let (question, _) = nextQuestion() else { return }
    let canvas = state.canvas
    let steps = state.plannedSteps ?? settings.steps
    let done = min(1, Double(state.step) / Double(max(1, steps)))
    let strength = settings.diversity * (1 - done)
    let written = canvas.answer.filter { !canvas.isMasked($0) }.map { canvas.tokens[$0] }
    let exempt = predictor.endOfTextTokens
    answers.change(question) { logits in
      let masked = logits.positions.indices.filter {
        let position = logits.positions[$0]
        return position < canvas.count && canvas.isOpen(position)
      }
      diversity.push(
        &logits, masked: masked, written: written, exempt: exempt, strength: strength)
    }
  }
}

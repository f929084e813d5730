#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Three children sit on three chairs, each chair holds one child, and how often each of the six
/// orders occurs is known: a mask predictor whose joint distribution can be written down.
///
/// Every three positions of the canvas are three chairs, independent of the others. The model gives
/// the exact conditional probability of each child on a chair, given the chairs that are known. Such a
/// model makes no mistakes; whoever fills two chairs of three at once, each from its own
/// conditional, may still put one child on both.
///
/// Where the known chairs contradict each other there is no conditional, and the model answers as if
/// nothing were known.
public struct PermutationModel: ExactModel {
  /// The descriptor of `permutations`.
  public static let descriptor = AlgorithmDescriptor(
    name: "permutations",
    summary: "Which of three children sits on which of three chairs, with exact conditionals",
    source: "tokens Ada, Ben, Cleo; every three positions are three chairs")

  /// The six orders and how often each occurs; the numbers add up to 1.
  public static let orders: [(children: [TokenID], probability: Double)] = [
    ([0, 1, 2], 0.3), ([0, 2, 1], 0.2), ([1, 0, 2], 0.05),
    ([1, 2, 0], 0.15), ([2, 0, 1], 0.1), ([2, 1, 0], 0.2),
  ]

  /// Creates the model; it has no parameters.
  public init(parameters: ParameterValues) {}

  /// The mask, 3.
  public var maskToken: TokenID { 3 }
  /// Three children and the mask, which is never likely.
  public var vocabularySize: Int { 4 }
  /// The same: every token can be read.
  public var embeddingCount: Int { 4 }
  /// A hundred times three chairs.
  public var contextLength: Int { 300 }
  /// No child ends a text.
  public var endOfTextTokens: [TokenID] { [] }
  /// The names of the children, each after a space.
  public var pieces: [TokenID: TokenPiece] { [0: " Ada", 1: " Ben", 2: " Cleo", 3: "[MASK]"] }

  /// Returns the rows in which a child sits on two chairs.
  public func contradictions(in tokens: [TokenID]) -> [Contradiction]? {
    var found: [Contradiction] = []
    for row in 0..<(tokens.count + 2) / 3 {
      let chairs = Array(row * 3..<min(row * 3 + 3, tokens.count))
      guard let second = chairs.last(where: { tokens[chairs[0]..<$0].contains(tokens[$0]) }),
        let first = tokens[chairs[0]..<second].firstIndex(of: tokens[second])
      else { continue }
      let piece = String(decoding: pieces[tokens[second]]?.bytes ?? [], as: UTF8.self)
      let name = piece.isEmpty ? "somebody" : String(piece.drop { $0 == " " })
      found.append(
        Contradiction(
          positions: first...second, reason: "\(name) sits on two chairs of row \(row + 1)"))
    }
    return found
  }

  /// Computes the logarithm of each conditional probability.
  public func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError) {
    try predict(request, into: &prediction) { row, position in
      let first = position / 3 * 3
      let chairs = (first..<first + 3).map { chair in
        // Nobody is known to sit where the canvas ends, on the chair asked about, or out of sight.
        chair < row.tokens.count && chair != position && row.attendable?[chair] ?? true
          ? row.tokens[chair] : maskToken
      }
      return probabilities(at: position - first, given: chairs).map {
        Float($0 > 0 ? log($0) : -100)
      } + [-100]
    }
  }

  /// The probability of each child on `chair`; masked chairs may hold any.
  private func probabilities(at chair: Int, given chairs: [TokenID]) -> [Double] {
    let possible = Self.orders.filter { order in
      zip(order.children, chairs).allSatisfy { $1 == maskToken || $0 == $1 }
    }
    var weights = [0.0, 0, 0]
    for order in possible.isEmpty ? Self.orders : possible {
      weights[Int(order.children[chair])] += order.probability
    }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }
}

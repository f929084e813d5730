/// A mask predictor that is a formula instead of a network: it has no weights, every computer gives
/// the same numbers, and what a sampler should do with it can be worked out by hand.
public protocol ExactModel: MaskPredictor {
  /// The name, summary, source and parameters shown by the command line.
  static var descriptor: AlgorithmDescriptor { get }

  /// Creates the model from parameter values already checked against ``descriptor``.
  init(parameters: ParameterValues)

  /// The bytes of each token that stands for a text; empty where tokens are only numbers.
  var pieces: [TokenID: TokenPiece] { get }

  /// Returns what cannot stand in a text without masks, because the model gives it no probability; `nil`
  /// where it does not say.
  func contradictions(in tokens: [TokenID]) -> [Contradiction]?
}

/// Tokens that cannot stand together.
public struct Contradiction: Equatable, Sendable {
  /// The positions of the text; at least one.
  public var positions: ClosedRange<Int>
  /// The reason, in a few words.
  public var reason: String

  /// Creates a contradiction.
  public init(positions: ClosedRange<Int>, reason: String) {
    self.positions = positions
    self.reason = reason
  }
}

/// Every exact model.
public enum ExactModelRegistry {
  /// The entries, one a model.
  public static let all: [Entry] = [
    Entry(FormulaModel.self),
    Entry(PermutationModel.self),
  ]

  /// What the name of an exact model begins with where models are named.
  public static let prefix = "exact:"

  /// Returns the model that a user calls `argument`: `exact:NAME` or `exact:NAME:parameter=value,…`.
  ///
  /// - Returns: The model, `nil` when `argument` does not begin with ``prefix``.
  /// - Throws: ``SamplerError/unknownAlgorithm(kind:name:nearest:)``,
  ///   ``SamplerError/malformedSelection(_:)`` and what ``AlgorithmDescriptor/check(_:)`` throws.
  public static func model(named argument: String) throws(SamplerError) -> (any ExactModel)? {
    guard argument.hasPrefix(prefix) else { return nil }
    let selection = try AlgorithmSelection(parsing: String(argument.dropFirst(prefix.count)))
    return try all.entry(for: selection, kind: "exact model").make(selection.parameters)
  }

  /// A model that can be chosen by name.
  public struct Entry: AlgorithmEntry, Sendable, CustomStringConvertible {
    /// How the model presents itself.
    public let descriptor: AlgorithmDescriptor
    /// Creates the model from parameters that `descriptor` accepts.
    public let make: @Sendable (_ parameters: ParameterValues) -> any ExactModel

    init<Model: ExactModel>(_: Model.Type) {
      descriptor = Model.descriptor
      make = { Model(parameters: $0) }
    }

    /// The name.
    public var description: String { descriptor.name }
  }
}

extension ExactModel {
  /// Says nothing.
  public func contradictions(in tokens: [TokenID]) -> [Contradiction]? { nil }

  /// Computes the logits of every wanted position of every row, after checking that the row can be
  /// read; `logits` returns `vocabularySize` values.
  func predict(
    _ request: PredictionRequest, into prediction: inout Prediction,
    logits: (_ row: PredictionRow, _ position: Int) -> [Float]
  ) throws(PredictionError) {
    if request.cancellation?.isRaised == true { throw .cancelled }
    prediction.rows.removeAll(keepingCapacity: true)
    for row in request.rows {
      guard row.cache == nil else {
        throw .unsupported("this model keeps no keys and values, expected no cache")
      }
      guard row.tokens.count <= contextLength else {
        throw .tooLong(positions: row.tokens.count, contextLength: contextLength)
      }
      for (position, token) in row.tokens.enumerated() {
        guard token >= 0, Int(token) < embeddingCount else {
          throw .tokenOutOfRange(
            token: token, position: position, embeddingCount: embeddingCount)
        }
      }
      prediction.rows.append(
        Logits(
          positions: row.wanted, vocabularySize: vocabularySize,
          values: row.wanted.flatMap { logits(row, $0) }))
    }
  }
}

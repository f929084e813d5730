/// A model that predicts every masked token of a sequence at once.
///
/// In the literature: p_θ(x₀ ∣ x_t), the mask predictor (Sahoo et al., arXiv:2406.07524; Nie et
/// al., arXiv:2410.18514). The reverse process meets a model through this protocol only, so a
/// predictor may just as well be scripted, remote or time-conditioned.
///
/// A predictor is called from one thread at a time, never from Swift's cooperative pool, and may
/// use every core while it computes.
public protocol MaskPredictor: Sendable {
  /// The token that stands for “not yet known”.
  var maskToken: TokenID { get }

  /// The number of columns of a row of logits. Tokens beyond it can be read but never predicted
  /// (SMDM's mask token is the row after the last column).
  var vocabularySize: Int { get }

  /// The number of tokens the predictor can read: valid identifiers are `0..<embeddingCount`.
  var embeddingCount: Int { get }

  /// The largest number of positions of a row.
  var contextLength: Int { get }

  /// The tokens that end a text, empty when the vocabulary has none.
  var endOfTextTokens: [TokenID] { get }

  /// Which positions see each other, unless a row says otherwise.
  var attention: AttentionPattern { get }

  /// Whether the logits of a position are the output of the one before.
  var isShifted: Bool { get }

  /// Whether predictions depend on the time of a request, not on its tokens alone.
  var readsTime: Bool { get }

  /// Whether something that nobody else sees stands before every row, so that a predictor that looks
  /// only back can predict the first token too.
  var beginsTexts: Bool { get }

  /// Whether it can say who attends to whom (``PredictionRow/attentionShare``).
  var givesAttention: Bool { get }

  /// Computes the logits `request` wants and stores them in `prediction`.
  ///
  /// The storage of `prediction` is reused, so that a caller who keeps it allocates nothing after
  /// the first call of a given size.
  ///
  /// - Throws: ``PredictionError``.
  func predict(
    _ request: PredictionRequest, into prediction: inout Prediction
  ) throws(PredictionError)

  /// Returns ln p of one token for each wanted position of each row.
  ///
  /// A predictor that need not keep the logits of all rows at once brings its own.
  ///
  /// - Parameters:
  ///   - targets: The tokens, below ``vocabularySize``; shape `[rows][wanted]`.
  ///   - request: The rows.
  /// - Returns: The natural logarithms, shape `[rows][wanted]`.
  /// - Throws: ``PredictionError``.
  func logProbabilities(
    of targets: [[TokenID]], in request: PredictionRequest
  ) throws(PredictionError) -> [[Double]]

  /// The fastest reader of logits there is for this predictor.
  var logitsReader: any LogitsReader { get }

  /// Returns an empty cache of keys and values, or `nil` when the predictor has none.
  func makeCache() -> (any PredictionCache)?
}

extension MaskPredictor {
  /// All positions: the usual pattern of masked diffusion.
  public var attention: AttentionPattern { .full }

  /// Not shifted.
  public var isShifted: Bool { false }

  /// Tokens alone count.
  public var readsTime: Bool { false }

  /// Nothing stands before a row.
  public var beginsTexts: Bool { false }

  /// It cannot say.
  public var givesAttention: Bool { false }

  /// A reader in plain Swift.
  public var logitsReader: any LogitsReader { SequentialLogitsReader() }

  /// Computes all logits and reads them.
  public func logProbabilities(
    of targets: [[TokenID]], in request: PredictionRequest
  ) throws(PredictionError) -> [[Double]] {
    let prediction = try prediction(for: request)
    var result: [[Double]] = []
    for (tokens, logits) in zip(targets, prediction.rows) {
      result.append(try logitsReader.logProbabilities(of: tokens, in: logits))
    }
    return result
  }

  /// Returns no cache: most predictors compute every position each time.
  public func makeCache() -> (any PredictionCache)? { nil }

  /// Returns the logits `request` wants.
  ///
  /// - Throws: ``PredictionError``.
  public func prediction(for request: PredictionRequest) throws(PredictionError) -> Prediction {
    var prediction = Prediction()
    try predict(request, into: &prediction)
    return prediction
  }
}

/// Why a mask predictor did not answer.
public enum PredictionError: Error, Equatable, Sendable {
  /// The request's ``PredictionRequest/cancellation`` was raised.
  case cancelled
  /// A row is longer than the predictor can read.
  case tooLong(positions: Int, contextLength: Int)
  /// A token is not a row of the embedding matrix.
  case tokenOutOfRange(token: TokenID, position: Int, embeddingCount: Int)
  /// The predictor does not support something the request asks for; the text says what.
  case unsupported(String)
  /// A logit is not a finite number, so no candidate can be drawn.
  case notFinite(position: Int)
}

internal import Checkpoints
public import Tokenizers
public import MaskedDiffusion

/// A model ready to predict, with its tokenizer.
public struct LoadedModel: Sendable {
  /// Where a model's tokenizer comes from.
  public enum TokenizerSource: Equatable, Sendable {
    /// The weights file, or the model's own directory; it is no error if there is none.
    case besideWeights
    /// A tokenizer file or a directory that holds one.
    case path(String)
    /// Nowhere: the caller deals in token identifiers.
    case none
  }

  /// The network.
  public let predictor: any MaskPredictor

  /// The translation between text and tokens; `nil` when the model brings none.
  public let tokenizer: (any Tokenizer)?

  /// Where the model came from, and what can be said about it.
  public let directory: ModelDirectory

  /// How it computes; the precision is never `auto`.
  public let options: ModelOptions

  /// The tokens that end a text.
  ///
  /// Those that `config.json` and `generation_config.json` name; the tokenizer's when these name
  /// none.
  public let endOfTextTokens: [TokenID]

  /// Loads the model in `directory`.
  ///
  /// Weights that need no conversion stay in their file, mapped into memory, and are read as they
  /// are needed; only their shapes, and that they are finite, is checked here. Others are converted
  /// on all threads. A model that is larger than memory is refused unless it is to stay mapped.
  ///
  /// - Parameters:
  ///   - directory: The model.
  ///   - options: How to compute; `auto` is resolved here.
  ///   - source: Where its tokenizer comes from.
  ///   - progress: Told how far the conversion of the weights is.
  /// - Throws: ``ModelError``.
  public init(
    _ directory: ModelDirectory, options: ModelOptions = ModelOptions(),
    tokenizer source: TokenizerSource = .besideWeights, progress: LoadingProgress? = nil
  ) throws(ModelError) {
    self.directory = directory
    var options = options
    options.precision =
      options.isMapped
      ? try directory.mappedPrecision(for: options.precision)
      : directory.precision(for: options.precision, on: options.instructionSet)
    self.options = options
    let limit = options.memoryLimit ?? MachineMemory.current.limit
    let isTooLarge = directory.shortage(options.precision, positions: 1, limit: limit) != nil
    if isTooLarge, !options.isMapped {
      try directory.checkMemory(options.precision, positions: 1, limit: limit)
    }
    // Of what does not fit, looking at everything would take as long as a step.
    if !isTooLarge {
      do throws(WeightsError) {
        try directory.usedWeights.checkFinite()
      } catch {
        throw .weights(error)
      }
    }
    let network = try TransformerPredictor(
      directory.description, weights: directory.weights, options: options, progress: progress)
    let tokenizer = try Self.tokenizer(source, of: directory, readable: network.embeddingCount)
    self.tokenizer = tokenizer
    predictor =
      directory.description.framesTexts
      ? tokenizer.flatMap { FramedPredictor(network, tokenizer: $0) } ?? network : network
    var tokens = predictor.endOfTextTokens
    let more = try directory.generationFile?.tokens("eos_token_id", below: predictor.embeddingCount)
    for token in more ?? [] where !tokens.contains(token) { tokens.append(token) }
    if tokens.isEmpty, let token = tokenizer?.roles.endOfText { tokens = [token] }
    endOfTextTokens = tokens
  }

  /// The name of the model.
  public var name: String { directory.name }

  /// The name of its family.
  public var family: String { directory.family }

  /// What the model computes in, such as `f32` or `q8`: of two runs that differ in it, the results
  /// do.
  public var arithmetic: String {
    let isReplaced =
      options.precision == .bfloat16 && !options.instructionSet.multipliesBFloat16
    return (isReplaced ? .float32 : options.precision).rawValue
  }

  private static func tokenizer(
    _ source: TokenizerSource, of directory: ModelDirectory, readable count: Int
  ) throws(ModelError) -> (any Tokenizer)? {
    var path = directory.weights.metadata?.path ?? directory.directory
    let tokenizer: any Tokenizer
    do throws(TokenizerError) {
      switch source {
      case .none: return nil
      case .besideWeights: tokenizer = try directory.tokenizer()
      case .path(let given):
        path = given
        tokenizer = try TokenizerFile.load(given)
      }
    } catch {
      if case .notFound = error, source == .besideWeights { return nil }
      throw .tokenizer(error)
    }
    guard tokenizer.vocabularySize <= count else {
      throw .tokenizerTooLarge(
        path: path, tokens: tokenizer.vocabularySize, weights: directory.weightsPath,
        embeddingCount: count)
    }
    return tokenizer
  }
}

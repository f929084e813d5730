public import MaskedDiffusion

/// A model ready to predict.
public struct LoadedModel: Sendable {
  /// The network.
  public let predictor: any MaskPredictor

  /// Where it came from, and what can be said about it.
  public let directory: ModelDirectory

  /// How it computes.
  public let options: ModelOptions

  /// Tokens that end a text: those of the configuration and of `generation_config.json`.
  public let endOfTextTokens: [TokenID]

  /// Loads the model in `directory`.
  ///
  /// The weights stay in their file, mapped into memory, and are read as they are needed; only
  /// their shapes and that they are finite is checked here.
  ///
  /// - Throws: ``ModelError``.
  public init(
    _ directory: ModelDirectory, options: ModelOptions = ModelOptions()
  ) throws(ModelError) {
    self.directory = directory
    self.options = options
    predictor = try directory.entry.predictor(
      directory.configurationFile, directory.weights, options)
    do throws(WeightsError) {
      try directory.weights.checkFinite()
    } catch {
      throw .weights(error)
    }
    var tokens = predictor.endOfTextTokens
    let more = try directory.generationFile?.tokens(
      "eos_token_id", below: predictor.embeddingCount)
    for token in more ?? [] where !tokens.contains(token) { tokens.append(token) }
    endOfTextTokens = tokens
  }

  /// The name of the model.
  public var name: String { directory.name }

  /// The name of its family.
  public var family: String { directory.family }
}

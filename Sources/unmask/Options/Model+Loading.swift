import Inference
import MaskedDiffusion

extension ModelArguments {
  /// Loads the model in `directory`, and its tokenizer where there is one.
  ///
  /// - Parameters:
  ///   - directory: The model.
  ///   - needsText: Whether a tokenizer that cannot be used is an error: it is not for somebody
  ///     who deals in tokens.
  /// - Returns: The model.
  /// - Throws: ``ModelError``.
  func load(_ directory: ModelDirectory, needsText: Bool) throws -> Model {
    let options = options
    let bar = ProgressBar("converting \(directory.name)")
    defer { bar.clear() }
    let loaded = try loaded(
      directory, options: options, needsText: needsText, progress: bar.show)
    return Model(
      directory: directory,
      predictor: EndOfTextPredictor(
        loaded.predictor, endOfTextTokens: loaded.endOfTextTokens),
      tokenizer: loaded.tokenizer, threadCount: options.usedThreadCount,
      precision: loaded.options.precision,
      identity: TraceHeader.ModelIdentity(
        name: loaded.name, family: loaded.family, configurationChecksum: directory.checksum,
        precision: loaded.arithmetic))
  }

  private func loaded(
    _ directory: ModelDirectory, options: ModelOptions, needsText: Bool,
    progress: @escaping LoadingProgress
  ) throws(ModelError) -> LoadedModel {
    if let tokenizer {
      return try LoadedModel(
        directory, options: options, tokenizer: .path(tokenizer), progress: progress)
    }
    do {
      return try LoadedModel(directory, options: options, progress: progress)
    } catch .tokenizer(let error) where !needsText {
      ErrorReport.warn("the tokenizer is not used: \(error.description)")
      return try LoadedModel(directory, options: options, tokenizer: .none, progress: progress)
    }
  }
}

import FoundationEssentials
import Inference
import MaskedDiffusion

extension ModelArguments {
  /// Finds and loads the model.
  ///
  /// - Throws: ``ModelError``, ``TokenizerError``, ``UsageError``.
  func load() throws -> Model { try load(try directory()) }

  /// Loads the model in `directory`, and its tokenizer where there is one.
  ///
  /// - Throws: ``ModelError``, ``TokenizerError``.
  func load(_ directory: ModelDirectory) throws -> Model {
    let tokenizer = try self.tokenizer(of: directory)
    let options = ModelOptions(precision: precision, threadCount: threads)
    let loaded = try LoadedModel(directory, options: options)
    let ends = loaded.endOfTextTokens + [tokenizer?.roles.endOfText].compactMap { $0 }
    return Model(
      directory: directory,
      predictor: EndOfTextPredictor(loaded.predictor, endOfTextTokens: ends),
      tokenizer: tokenizer, threadCount: options.usedThreadCount,
      identity: TraceHeader.ModelIdentity(
        name: loaded.name, family: loaded.family, configurationChecksum: directory.checksum,
        precision: options.precision.rawValue))
  }

  /// The tokenizer asked for, or the one beside the weights; `nil` where there is none.
  private func tokenizer(of directory: ModelDirectory) throws(TokenizerError) -> (any Tokenizer)? {
    if let tokenizer { return try TokenizerFile.load(tokenizer) }
    do {
      return try TokenizerFile.load(directory.directory)
    } catch .notFound {
      return nil
    }
  }
}

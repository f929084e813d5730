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
    _ = tokenizer
    throw UsageError("models cannot be loaded yet")
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

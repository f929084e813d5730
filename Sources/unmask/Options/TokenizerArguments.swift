import ArgumentParser
import Models
import Tokenizers

/// Which tokenizer.
struct TokenizerArguments: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "A model that brings its tokenizer: a directory, a weights file or a name.",
      valueName: "model"))
  var model: String?

  @Option(help: ArgumentHelp("A tokenizer.json, or its directory.", valueName: "file|dir"))
  var tokenizer: String?

  /// Loads the tokenizer.
  ///
  /// - Throws: ``TokenizerError``, ``ModelError``.
  func load() throws -> any Tokenizer {
    if let tokenizer { return try TokenizerFile.load(tokenizer) }
    let name = model ?? ModelArguments.defaultModel
    return try TokenizerFile.load(try ModelSearchPath.standard.model(name).directory)
  }
}

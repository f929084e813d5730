import ArgumentParser
import Models
import Tokenizers

/// Which tokenizer.
struct TokenizerArguments: ParsableArguments {
  @Option(
    name: [.customShort("m", allowingJoined: true), .long],
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
    return try ModelSearchPath.standard.model(model ?? ModelArguments.defaultModel).tokenizer()
  }

  /// Returns how the model or tokenizer is talked to.
  ///
  /// - Throws: ``ModelError``, ``TemplateError``.
  func chatFormat() throws -> ModelChatFormat {
    guard tokenizer == nil else { return try ModelChatFormat(in: folder()) }
    return try ModelChatFormat(
      of: ModelSearchPath.standard.model(model ?? ModelArguments.defaultModel))
  }

  /// The directory of the model or tokenizer.
  ///
  /// - Throws: ``ModelError``.
  func folder() throws -> String {
    if let tokenizer {
      guard let slash = tokenizer.lastIndex(of: "/"), InputFile.exists(tokenizer) else {
        return InputFile.exists(tokenizer) ? "." : tokenizer
      }
      return String(tokenizer[..<slash])
    }
    return try ModelSearchPath.standard.model(model ?? ModelArguments.defaultModel).directory
  }
}

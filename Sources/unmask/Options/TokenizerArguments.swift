import ArgumentParser
import FoundationEssentials
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

  @Option(
    help: ArgumentHelp(
      "A tokenizer.json, its directory, or a GGUF file.", valueName: "file|dir"))
  var tokenizer: String?

  /// Loads the tokenizer.
  ///
  /// - Throws: ``TokenizerError``, ``ModelError``.
  func load() throws -> any Tokenizer {
    if let tokenizer { return try TokenizerFile.tokenizer(named: tokenizer) }
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
    if let tokenizer = tokenizer.map(TokenizerFile.place) {
      guard let slash = tokenizer.lastIndex(of: "/"), InputFile.exists(tokenizer) else {
        return InputFile.exists(tokenizer) ? "." : tokenizer
      }
      return String(tokenizer[..<slash])
    }
    return try ModelSearchPath.standard.model(model ?? ModelArguments.defaultModel).directory
  }
}

extension TokenizerFile {
  /// Returns the tokenizer that a user names: in a file or directory, or a model's.
  ///
  /// - Throws: ``TokenizerError``, ``ModelError``.
  static func tokenizer(named name: String) throws -> any Tokenizer {
    let place = place(named: name)
    guard place.lowercased().hasSuffix(".gguf"), InputFile.exists(place) else {
      return try load(place)
    }
    return try ModelDirectory.tokenizer(inFile: place)
  }

  /// Returns where the tokenizer lies that a user names: a file or directory, or a model's.
  static func place(named name: String) -> String {
    guard !FileManager.default.fileExists(atPath: name),
      let model = try? ModelSearchPath.standard.model(name)
    else { return name }
    return model.directory
  }
}

import Models
import Tokenizers
import MaskedDiffusion

/// A model ready to compute, with what this program has to know about it.
struct Model {
  /// Where it came from.
  let source: ModelSource
  /// The model.
  let predictor: any MaskPredictor
  /// The translation between text and tokens, where there is one.
  let tokenizer: (any Tokenizer)?
  /// The threads it computes with.
  let threadCount: Int
  /// The precision it computes in, never `auto`.
  let precision: ModelOptions.Precision
  /// Whether its weights stay in their file, so that it may be larger than memory.
  var isMapped = false
  /// Why the tokenizer beside the weights cannot be used; `nil` where it is, or there is none.
  var tokenizerError: TokenizerError?
  /// What traces say about the model.
  let identity: TraceHeader.ModelIdentity

  /// The settings that suit the model.
  var defaults: GenerationDefaults { source.defaults }
  /// The preset of its family.
  var defaultPreset: String { source.defaultPreset }

  /// Checks that a canvas of `positions` fits into memory beside the weights.
  ///
  /// - Throws: ``ModelError/largerThanMemory(_:)``.
  func checkMemory(positions: Int) throws(ModelError) {
    guard !isMapped, case .directory(let directory) = source else { return }
    try directory.checkMemory(
      precision, positions: positions, limit: MachineMemory.current.limit)
  }

  /// Returns the tokenizer, which is needed for text.
  ///
  /// - Throws: ``UsageError`` when there is none.
  func requiredTokenizer() throws(UsageError) -> any Tokenizer {
    guard let tokenizer else {
      throw UsageError(
        "\(source.folder): there is no tokenizer beside the weights, text needs one",
        hint: "give it with --tokenizer FILE|DIR (a tokenizer.json or its directory), "
          + "or give tokens with --prompt-ids or --ids")
    }
    return tokenizer
  }

  /// Returns the token that `text` is.
  ///
  /// - Throws: ``SamplerError/unknownToken(text:tokens:)``.
  func token(of text: String) throws(SamplerError) -> TokenID {
    guard let tokenizer else { throw .unknownToken(text: text, tokens: nil) }
    if let token = tokenizer.token(named: text) { return token }
    let tokens = tokenizer.encode(text)
    guard tokens.count == 1 else { throw .unknownToken(text: text, tokens: tokens) }
    return tokens[0]
  }

  /// Does `work`, and says that the model's own settings are to blame when it fails.
  ///
  /// - Throws: ``FileError``.
  func blaming<Result>(
    _ work: () throws(SamplerError) -> Result
  ) throws(FileError) -> Result {
    do {
      return try work()
    } catch {
      throw FileError("\(source.folder)/generation_config.json", error.description)
    }
  }

  /// The bytes of a token as screens show them: its number where nothing is known of it.
  func shownBytes(of token: TokenID) -> [UInt8] {
    tokenizer?.bytes(of: token) ?? Array(" \(token)".utf8)
  }

  /// Name, family and precision, in JSON.
  var json: JSON {
    .object([
      "name": .string(identity.name), "family": .string(identity.family),
      "precision": .string(identity.precision),
      "config_checksum": .string(identity.configurationChecksum),
      "path": .string(source.path),
    ])
  }
}

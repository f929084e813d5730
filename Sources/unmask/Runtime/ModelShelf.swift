package import ChatTemplates
import Glibc
package import Tokenizers
package import MaskedDiffusion
package import PlaygroundUI
import Synchronization

/// A model as the playground computes with it.
package struct PlayableModel: Sendable {
  /// What the playground knows of it; ``ModelShelf`` may change the name.
  package var info: ModelInfo
  /// The model.
  package var predictor: any MaskPredictor
  /// The translation between text and tokens; without it a prompt is a list of tokens.
  package var tokenizer: (any Tokenizer)?
  /// Where it was loaded from.
  package var path: String
  /// How it is talked to, or why that cannot be read; `nil` where it brings no template.
  package var chat: Result<ChatFormat, TemplateError>?
  /// The same as commands know it, to be examined; `nil` where it is no model of theirs.
  var examined: Model?

  /// Creates a model.
  package init(
    info: ModelInfo, predictor: any MaskPredictor, tokenizer: (any Tokenizer)?, path: String,
    chat: Result<ChatFormat, TemplateError>? = nil
  ) {
    self.info = info
    self.predictor = predictor
    self.tokenizer = tokenizer
    self.path = path
    self.chat = chat
  }

  /// Returns the tokens of the text a run begins with; a conversation is written as the chat template
  /// says.
  ///
  /// - Throws: ``PromptError``, `TemplateError`.
  package func tokens(ofPrompt text: String) throws -> [TokenID] {
    guard let chat, Conversation.isConversation(text) else {
      return try tokens(of: text, readsMasks: true)
    }
    return try tokens(
      of: try chat.get().text(of: Conversation.turns(in: text)), readsMasks: true)
  }

  /// The bytes of every token.
  package var pieces: [TokenID: TokenPiece] {
    guard let tokenizer else { return [:] }
    var pieces: [TokenID: TokenPiece] = [:]
    pieces.reserveCapacity(tokenizer.vocabularySize)
    for number in 0..<tokenizer.vocabularySize {
      guard let token = TokenID(exactly: number), let bytes = tokenizer.bytes(of: token) else {
        continue
      }
      pieces[token] = TokenPiece(bytes: bytes)
    }
    return pieces
  }

  /// Returns the tokens of `text`; with `readsMasks`, `[MASK]` stands for the mask token.
  ///
  /// - Throws: ``PromptError``.
  package func tokens(of text: String, readsMasks: Bool) throws(PromptError) -> [TokenID] {
    guard let tokenizer else { return try TokenList.tokens(parsing: text) }
    guard readsMasks else {
      let typed = PromptText(
        tokenizer: tokenizer, maskToken: predictor.maskToken, isLiteral: false)
      return typed.tokens(of: text)
    }
    return try PromptTemplate(parsing: text).tokens(
      tokenizer: tokenizer, maskToken: predictor.maskToken)
  }
}

/// The models that have been loaded, by name; they stay until the program ends.
package final class ModelShelf: Sendable {
  /// Loads the model a user calls by a name or path.
  package typealias Loader = @Sendable (_ argument: String) throws -> PlayableModel

  private struct Contents {
    var models: [String: PlayableModel] = [:]
    /// The name of what was loaded under an argument.
    var names: [String: String] = [:]
  }

  private let contents = Mutex(Contents())
  private let loader: Loader

  /// Creates an empty shelf.
  package init(loader: @escaping Loader) { self.loader = loader }

  /// The model called `name`, if it has been loaded.
  package subscript(name: String) -> PlayableModel? { contents.withLock { $0.models[name] } }

  /// Loads a model, unless it has been loaded.
  ///
  /// Two models of the same name are told apart by the directories they lie in.
  ///
  /// - Throws: What the loader throws.
  package func load(_ argument: String) throws -> PlayableModel {
    let known = contents.withLock { contents in
      contents.names[argument].flatMap { contents.models[$0] }
    }
    if let known { return known }
    var model = try loader(argument)
    model.path = Self.absolute(model.path)
    return contents.withLock { contents in
      if let same = contents.models.values.first(where: { $0.path == model.path }) {
        model = same
      } else {
        model.info.name = Self.name(of: model, besides: contents.models.keys)
        contents.models[model.info.name] = model
      }
      contents.names[argument] = model.info.name
      return model
    }
  }

  private static func name(of model: PlayableModel, besides taken: some Sequence<String>) -> String
  {
    let components = model.path.split(separator: "/")
    let longer = (2...max(2, components.count)).map {
      components.suffix($0).joined(separator: "/")
    }
    let taken = Set(taken)
    return ([model.info.name] + longer).first { !taken.contains($0) } ?? model.path
  }

  static func absolute(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }
}

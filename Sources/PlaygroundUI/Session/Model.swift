public import MaskedDiffusion

/// A model as the playground knows it.
public struct ModelInfo: Equatable, Sendable {
  /// The name users type.
  public var name: String
  /// The family: `smdm`, `llada` and so on.
  public var family: String
  /// The number of parameters; `nil` when not known.
  public var parameterCount: Int?
  /// The precision it computes in.
  public var precision: String
  /// A checksum of its configuration.
  public var configurationChecksum: String
  /// The token that stands for “not yet known”.
  public var maskToken: TokenID
  /// The tokens that end a text.
  public var endOfTextTokens: [TokenID]
  /// The largest number of positions.
  public var contextLength: Int
  /// The number of tokens it can read.
  public var embeddingCount: Int
  /// The settings to begin with.
  public var suggestedSettings: SamplerSettings
  /// The number of masks to begin with.
  public var suggestedLength: Int
  /// Openings that work well with the model.
  public var examples: [Example]
  /// The text to begin with.
  public var suggestedPrompt: String
  /// The precisions it can be loaded in; empty where it has but one.
  public var precisions: [String]
  /// Whether every position sees every other, so that any order of writing is possible.
  public var isBidirectional: Bool
  /// The roles of the turns its chat template writes; empty where it has none.
  public var chatRoles: [String]
  /// What its files say, in sections: the beginning of its page.
  public var about: [ModelSection]
  /// What its files leave open, a sentence each.
  public var remarks: [String]
  /// The positions of the blocks it was trained to write; `nil` for a model without blocks.
  public var trainedBlockLength: Int?
  /// Whether somebody, or its files, said what a token that ends a text means; else it depends on the canvas.
  public var endOfTextIsChosen: Bool

  /// Creates a description.
  public init(
    name: String, family: String, parameterCount: Int?, precision: String,
    configurationChecksum: String = "", maskToken: TokenID, endOfTextTokens: [TokenID],
    contextLength: Int, embeddingCount: Int, suggestedSettings: SamplerSettings,
    suggestedLength: Int, examples: [Example] = [], suggestedPrompt: String = "",
    precisions: [String] = [], isBidirectional: Bool = true, chatRoles: [String] = [],
    about: [ModelSection] = [],
    remarks: [String] = [], trainedBlockLength: Int? = nil, endOfTextIsChosen: Bool = false
  ) {
    self.name = name
    self.family = family
    self.parameterCount = parameterCount
    self.precision = precision
    self.configurationChecksum = configurationChecksum
    self.maskToken = maskToken
    self.endOfTextTokens = endOfTextTokens
    self.contextLength = contextLength
    self.embeddingCount = embeddingCount
    self.suggestedSettings = suggestedSettings
    self.suggestedLength = suggestedLength
    self.examples = examples
    self.suggestedPrompt = suggestedPrompt
    self.precisions = precisions
    self.isBidirectional = isBidirectional
    self.chatRoles = chatRoles
    self.about = about
    self.remarks = remarks
    self.trainedBlockLength = trainedBlockLength
    self.endOfTextIsChosen = endOfTextIsChosen
  }

  /// Whether a prompt is a conversation, written as the chat template says: it begins with a role and a
  /// colon.
  package func isConversation(_ prompt: String) -> Bool {
    chatRoles.contains { prompt.hasPrefix($0 + ":") }
  }

  /// Returns the name of the model `name` in another precision: `closed-world-3m (q8)`.
  public static func name(_ name: String, precision: String) -> String {
    "\(splitName(name).name) (\(precision))"
  }

  /// Splits `closed-world-3m (q8)` into the model's own name and the precision asked for.
  public static func splitName(_ name: String) -> (name: String, precision: String?) {
    guard name.hasSuffix(")"), let start = name.lastIndex(of: "("), start > name.startIndex,
      name[name.index(before: start)] == " "
    else { return (name, nil) }
    let precision = name[name.index(after: start)...].dropLast()
    return (String(name[..<name.index(before: start)]), String(precision))
  }

  /// The identity a trace stores.
  package var identity: TraceHeader.ModelIdentity {
    TraceHeader.ModelIdentity(
      name: name, family: family, configurationChecksum: configurationChecksum,
      precision: precision)
  }
}

/// An opening that works well with a model: a row of its `examples.json`.
public struct Example: Equatable, Sendable, Codable {
  /// A few words, by which it is chosen.
  public var name: String
  /// The prompt; it may hold `[MASK]` and `[MASK:8]`.
  public var prompt: String
  /// The number of masks after the prompt; `nil` takes what the model suggests.
  public var length: Int?

  /// Creates an example.
  public init(name: String, prompt: String, length: Int? = nil) {
    self.name = name
    self.prompt = prompt
    self.length = length
  }
}

/// A model, the pieces of its vocabulary that have occurred, and whether it can compute.
package struct Model: Equatable, Sendable {
  package var info: ModelInfo
  package var pieces: [TokenID: TokenPiece] = [:]
  /// Whether steps can be computed; a model known from a trace alone cannot.
  package var isLoaded: Bool
  /// Whether somebody knows what is true of its texts; `nil` before that was asked.
  package var hasChecker: Bool?
  /// What an examination found so far; empty before one.
  package var examination: [ModelSection] = []
  /// Whether it was said what its files leave open.
  package var hasWarned = false

  /// Creates a model.
  package init(info: ModelInfo, pieces: [TokenID: TokenPiece] = [:], isLoaded: Bool) {
    self.info = info
    self.pieces = pieces
    self.isLoaded = isLoaded
  }

  /// The tokens that end a text.
  package var endOfText: Set<TokenID> { Set(info.endOfTextTokens) }

  /// The bytes of a token; its number in angle brackets when they are not known.
  package func bytes(of token: TokenID) -> [UInt8] {
    pieces[token]?.bytes ?? Array("⟨\(token)⟩".utf8)
  }

  /// The text of tokens, without masks; what is not UTF-8 is replaced.
  package func text(of tokens: some Sequence<TokenID>) -> String {
    String(decoding: tokens.flatMap { bytes(of: $0) }, as: UTF8.self)
  }
}

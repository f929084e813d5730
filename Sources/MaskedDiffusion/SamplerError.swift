/// What can be wrong with a run of the reverse process.
public enum SamplerError: Error, Equatable, Sendable {
  /// A setting has a value it cannot take.
  case settingOutOfRange(name: String, found: String, expected: String)
  /// The preset demands that the answer divides into blocks.
  case blockDoesNotDivide(blockLength: Int, length: Int)
  /// The preset demands that the steps divide among the blocks.
  case stepsDoNotDivide(steps: Int, blocks: Int)
  /// No strategy, schedule or preset has this name.
  case unknownAlgorithm(kind: String, name: String, nearest: String?)
  /// A strategy or schedule has no such parameter.
  case unknownParameter(algorithm: String, name: String, known: [String])
  /// A parameter has a value it cannot take.
  case parameterOutOfRange(algorithm: String, name: String, found: String, expected: String)
  /// A selection is not of the form `NAME[:parameter=value,…]`.
  case malformedSelection(String)
  /// The canvas has no masked position.
  case nothingMasked
  /// Text follows a masked position, where no position sees what follows its block.
  case textFollows(position: Int)
  /// The canvas is longer than the predictor can read.
  case canvasTooLong(positions: Int, contextLength: Int)
  /// A token is not a row of the embedding matrix.
  case tokenOutOfRange(token: TokenID, position: Int, embeddingCount: Int)
  /// The mask predictor did not answer.
  case prediction(PredictionError)
  /// A token was named by a text that is not one token; `tokens` are those it is made of, `nil` where
  /// nothing is known of texts.
  case unknownToken(text: String, tokens: [TokenID]?)
}

extension SamplerError: CustomStringConvertible {
  /// One sentence: what was found and what was expected.
  public var description: String {
    switch self {
    case .settingOutOfRange(let name, let found, let expected):
      "\(name) is \(found), expected \(expected)"
    case .blockDoesNotDivide(let block, let length):
      "a block length of \(block) does not divide the length \(length)"
    case .stepsDoNotDivide(let steps, let blocks):
      "\(steps) steps do not divide among \(blocks) blocks"
    case .unknownAlgorithm(let kind, let name, _):
      "there is no \(kind) called '\(name)'"
    case .unknownParameter(let algorithm, let name, let known):
      "'\(algorithm)' has no parameter '\(name)', expected "
        + (known.isEmpty ? "none" : known.joined(separator: ", "))
    case .parameterOutOfRange(let algorithm, let name, let found, let expected):
      "parameter '\(name)' of '\(algorithm)' is \(found), expected \(expected)"
    case .malformedSelection(let text):
      "'\(text)' is not of the form NAME or NAME:parameter=value,parameter=value"
    case .nothingMasked:
      "nothing is masked, expected at least one masked position"
    case .textFollows(let position):
      "text follows the mask at position \(position), but no position sees what follows its block"
    case .canvasTooLong(let positions, let contextLength):
      "prompt and answer take \(positions) positions, expected at most \(contextLength)"
    case .tokenOutOfRange(let token, let position, let count):
      "token \(token) at position \(position) is outside the embedding, expected 0...\(count - 1)"
    case .prediction(let error): error.description
    case .unknownToken(let text, let tokens?):
      "'\(text)' is \(tokens.count) tokens (\(tokens.map(String.init).joined(separator: ", "))), "
        + "expected a text that is one"
    case .unknownToken(let text, nil): "'\(text)' is no token that is known here"
    }
  }

  /// What to do about it, where that is known.
  public var hint: String? {
    switch self {
    case .blockDoesNotDivide, .stepsDoNotDivide:
      "choose lengths that divide, or a preset that does not demand it (dllm)"
    case .unknownAlgorithm(_, _, let nearest?): "did you mean '\(nearest)'?"
    case .unknownAlgorithm("estimator", _, _): "'unmask score --help' lists them"
    case .unknownAlgorithm: "'unmask strategies' lists them"
    case .textFollows: "fill masks in the middle of a text with a model that sees all of it"
    case .nothingMasked: "give a length, or put [MASK] into the text"
    case .canvasTooLong: "shorten the prompt or ask for fewer tokens with --length"
    case .prediction(let error): error.hint
    case .unknownToken(_, nil): "give the token's number"
    case .unknownToken(_, .some): "give the numbers of the tokens, with commas between"
    default: nil
    }
  }
}

extension PredictionError: CustomStringConvertible {
  /// One sentence: what was found and what was expected.
  public var description: String {
    switch self {
    case .cancelled: "the prediction was cancelled"
    case .tooLong(let positions, let contextLength):
      "the sequence takes \(positions) positions, expected at most \(contextLength)"
    case .tokenOutOfRange(let token, let position, let count):
      "token \(token) at position \(position) is outside the embedding, expected 0...\(count - 1)"
    case .unsupported(let what): what
    case .notFinite(let position):
      "the logits at position \(position) are not finite numbers"
    }
  }

  /// What to do about it, where that is known.
  public var hint: String? {
    switch self {
    case .notFinite: "are the weights damaged? 'unmask models' names the file"
    default: nil
    }
  }
}

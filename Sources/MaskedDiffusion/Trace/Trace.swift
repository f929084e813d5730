/// A recorded run of the reverse process: complete, so that it replays with no model.
public struct Trace: Equatable, Sendable {
  /// Model, settings, and the canvas before the first step.
  public var header: TraceHeader
  /// What happened, in order.
  public var records: [TraceRecord]

  /// Creates a trace.
  public init(header: TraceHeader, records: [TraceRecord] = []) {
    self.header = header
    self.records = records
  }

  /// The denoising steps, in order.
  public var steps: [TraceStep] {
    records.compactMap {
      guard case .step(let step) = $0 else { return nil }
      return step
    }
  }

  /// The closing record; `nil` when the run was cut short.
  public var end: TraceEnd? {
    guard case .end(let end)? = records.last else { return nil }
    return end
  }

  /// The bytes of each token that occurs.
  public var pieces: [TokenID: TokenPiece] {
    records.reduce(into: header.pieces) { pieces, record in
      guard case .pieces(let more) = record else { return }
      pieces.merge(more) { $1 }
    }
  }
}

/// One thing that happened in a run.
public enum TraceRecord: Equatable, Sendable {
  /// A denoising step; its ``TraceStep/opinions`` are a record of their own in a file.
  case step(TraceStep)
  /// What the predictor thought of some positions in a step.
  case candidates(step: Int, opinions: [Opinion])
  /// Other settings from the next step on.
  case setting(step: Int, settings: SamplerSettings)
  /// A change of the canvas by hand.
  case edit(TraceEdit)
  /// The steps that follow leave from an earlier one.
  case branch(TraceBranch)
  /// The bytes of tokens that have not occurred before.
  case pieces([TokenID: TokenPiece])
  /// How probable tokens were, where that is recorded.
  case logProbabilities(TraceLogProbabilities)
  /// The run is over.
  case end(TraceEnd)
}

/// What a run was started with.
public struct TraceHeader: Equatable, Sendable {
  /// The model.
  public var model: ModelIdentity
  /// The preset the settings were made from, if any.
  public var preset: String?
  /// The settings at the start.
  public var settings: SamplerSettings
  /// The prompt; it may hold masks.
  public var prompt: [TokenID]
  /// The number of masks appended to the prompt.
  public var length: Int
  /// The tokens after the answer.
  public var suffix: [TokenID]
  /// The positions that are cut into blocks and written.
  public var answer: Range<Int>
  /// The mask token.
  public var maskToken: TokenID
  /// The tokens that end a text.
  public var endOfTextTokens: [TokenID]
  /// The bytes of the tokens of the prompt.
  public var pieces: [TokenID: TokenPiece]
  /// The positions guidance counts as prompt; `nil` stands for all that hold tokens.
  public var given: [Int]?
  /// The positions that are locked; `nil` stands for all that hold tokens.
  public var locked: [Int]?

  /// The model of a run.
  public struct ModelIdentity: Equatable, Sendable {
    /// Its name.
    public var name: String
    /// Its family.
    public var family: String
    /// A checksum of its configuration.
    public var configurationChecksum: String
    /// The precision it computed in.
    public var precision: String

    /// Creates an identity.
    public init(name: String, family: String, configurationChecksum: String, precision: String) {
      self.name = name
      self.family = family
      self.configurationChecksum = configurationChecksum
      self.precision = precision
    }
  }

  /// Creates a header.
  public init(
    model: ModelIdentity, preset: String? = nil, settings: SamplerSettings, prompt: [TokenID],
    length: Int, suffix: [TokenID] = [], answer: Range<Int>, maskToken: TokenID,
    endOfTextTokens: [TokenID] = [], pieces: [TokenID: TokenPiece] = [:]
  ) {
    self.model = model
    self.preset = preset
    self.settings = settings
    self.prompt = prompt
    self.length = length
    self.suffix = suffix
    self.answer = answer
    self.maskToken = maskToken
    self.endOfTextTokens = endOfTextTokens
    self.pieces = pieces
  }

  /// The canvas before the first step; shape `[positions]`.
  public var canvas: [TokenID] {
    prompt + Array(repeating: maskToken, count: length) + suffix
  }

  /// The canvas before the first step, with what is known of its positions.
  public var startCanvas: Canvas {
    var frame = CanvasFrame(Canvas(prompt: canvas, length: 0, maskToken: maskToken))
    frame.answer = answer.clamped(to: 0..<frame.count)
    if let given {
      let given = Set(given)
      frame.isGiven = frame.tokens.indices.map { given.contains($0) && !frame.isMasked($0) }
    }
    if let locked {
      let locked = Set(locked)
      frame.isLocked = frame.tokens.indices.map(locked.contains)
    }
    return frame.canvas
  }

  /// Returns the header with `start` as its canvas, told as prompt, masks and suffix where it can be.
  public func starting(on start: Canvas) -> TraceHeader {
    var header = self
    header.answer = start.answer
    header.maskToken = start.maskToken
    header.prompt = Array(start.tokens[..<start.answer.lowerBound])
    header.length = start.answer.count
    header.suffix = Array(start.tokens[start.answer.upperBound...])
    // Tokens in the answer are something that a length cannot say: all of it is prompt then.
    if header.canvas != start.tokens {
      header.prompt = start.tokens
      header.length = 0
      header.suffix = []
    }
    header.given = nil
    header.locked = nil
    if header.startCanvas != start {
      header.given = start.tokens.indices.filter { start.isGiven[$0] }
      header.locked = start.tokens.indices.filter { start.isLocked[$0] }
    }
    return header
  }
}

/// The bytes of a token, which need not be whole characters.
public struct TokenPiece: Equatable, Sendable, ExpressibleByStringLiteral {
  /// The bytes, UTF-8 where they are text.
  public var bytes: [UInt8]

  /// Creates a piece of `bytes`.
  public init(bytes: [UInt8]) { self.bytes = bytes }

  /// Creates a piece of text.
  public init(stringLiteral value: String) { bytes = Array(value.utf8) }
}

/// A change of the canvas by hand, after a step.
public struct TraceEdit: Equatable, Sendable {
  /// The steps done when it was made.
  public var step: Int
  /// The canvas afterwards; shape `[positions]`.
  public var canvas: [TokenID]
  /// The positions locked afterwards.
  public var locked: [Int]
  /// The positions guidance counts as prompt afterwards.
  public var given: [Int]

  /// Creates an edit.
  public init(step: Int, canvas: [TokenID], locked: [Int], given: [Int]) {
    self.step = step
    self.canvas = canvas
    self.locked = locked
    self.given = given
  }
}

/// Where a branch leaves another.
public struct TraceBranch: Equatable, Sendable {
  /// The name of the branch that begins.
  public var name: String
  /// The name of the branch it leaves.
  public var parent: String
  /// The step after which it leaves.
  public var step: Int
  /// What it starts with, where prompt, length, model or precision are other ones; its steps then
  /// count from there.
  public var start: TraceHeader?

  /// Creates a branch.
  public init(name: String, parent: String, step: Int, start: TraceHeader? = nil) {
    self.name = name
    self.parent = parent
    self.step = step
    self.start = start
  }
}

/// How a run ended.
public struct TraceEnd: Equatable, Sendable {
  /// The text that was written.
  public var text: String
  /// The denoising steps.
  public var steps: Int
  /// The forward passes.
  public var forwards: Int
  /// The time, in milliseconds.
  public var milliseconds: Double
  /// Why: `finished`, or `interrupted`.
  public var reason: String

  /// Creates an end.
  public init(
    text: String, steps: Int, forwards: Int, milliseconds: Double, reason: String = "finished"
  ) {
    self.text = text
    self.steps = steps
    self.forwards = forwards
    self.milliseconds = milliseconds
    self.reason = reason
  }
}

/// How probable the tokens of some positions were.
public struct TraceLogProbabilities: Equatable, Sendable {
  /// When the predictor was asked.
  public var moment: Moment
  /// The steps done then.
  public var step: Int
  /// The positions, ascending.
  public var positions: [Int]
  /// ln p of the token at each position under the unmodified distribution; at most 0, in nats.
  public var values: [Double]

  /// When the predictor was asked.
  public enum Moment: String, Codable, Sendable {
    /// When the positions got their tokens.
    case unmasking
    /// At the end, every token seen but the predictor's own position not masked.
    case end
  }

  /// Creates a record.
  public init(moment: Moment, step: Int, positions: [Int], values: [Double]) {
    self.moment = moment
    self.step = step
    self.positions = positions
    self.values = values
  }
}

/// The lines of a trace file as they stand in JSON. Field names are part of the format: never
/// rename one.

/// The first line of a file: the format, and what the run was started with.
struct HeaderLine: Encodable {
  private struct Tag: Encodable {
    var format = TraceFile.format
    var version = TraceFile.version
  }

  var header: TraceHeader

  init(_ header: TraceHeader) { self.header = header }

  /// Writes both as members of one object.
  func encode(to encoder: any Encoder) throws {
    try Tag().encode(to: encoder)
    try StartJSON(header).encode(to: encoder)
  }
}

/// What a run or branch was started with.
struct StartJSON: Codable {
  struct Model: Codable {
    var name: String
    var family: String
    var config_checksum: String
    var precision: String
  }

  var model: Model
  var preset: String?
  var settings: SettingsJSON
  var seed: UInt64
  var strategy: SelectionJSON
  var prompt_ids: [TokenID]
  var length: Int
  var suffix_ids: [TokenID]
  var answer: [Int]
  var mask_id: TokenID
  var end_ids: [TokenID]
  var pieces: [String: PieceJSON]
  var given: [Int]?
  var locked: [Int]?

  init(_ header: TraceHeader) {
    model = Model(
      name: header.model.name, family: header.model.family,
      config_checksum: header.model.configurationChecksum, precision: header.model.precision)
    preset = header.preset
    settings = SettingsJSON(header.settings)
    seed = header.settings.seed
    strategy = SelectionJSON(header.settings.strategy, of: "strategy")
    prompt_ids = header.prompt
    length = header.length
    suffix_ids = header.suffix
    answer = [header.answer.lowerBound, header.answer.upperBound]
    mask_id = header.maskToken
    end_ids = header.endOfTextTokens
    pieces = PieceJSON.dictionary(header.pieces)
    given = header.given
    locked = header.locked
  }

  func header() throws -> TraceHeader {
    let count = prompt_ids.count + suffix_ids.count
    guard length >= 0, length <= 1 << 24 else { throw TraceLineError.invalid("length") }
    guard answer.count == 2, 0 <= answer[0], answer[0] <= answer[1], answer[1] <= count + length
    else { throw TraceLineError.invalid("answer") }
    guard ((given ?? []) + (locked ?? [])).allSatisfy((0..<count + length).contains) else {
      throw TraceLineError.invalid("locked")
    }
    var header = TraceHeader(
      model: TraceHeader.ModelIdentity(
        name: model.name, family: model.family, configurationChecksum: model.config_checksum,
        precision: model.precision),
      preset: preset, settings: settings.settings, prompt: prompt_ids, length: length,
      suffix: suffix_ids, answer: answer[0]..<answer[1], maskToken: mask_id,
      endOfTextTokens: end_ids, pieces: try PieceJSON.pieces(pieces))
    header.given = given
    header.locked = locked
    return header
  }
}

/// A line that is valid JSON but makes no sense.
enum TraceLineError: Error, CustomStringConvertible {
  case invalid(String)

  var description: String {
    switch self {
    case .invalid(let field): "'\(field)' is out of range"
    }
  }
}

/// A piece: text where its bytes are UTF-8, an array of bytes where they are not.
enum PieceJSON: Codable {
  case text(String)
  case bytes([UInt8])

  init(_ piece: TokenPiece) {
    self = String(validating: piece.bytes, as: UTF8.self).map { .text($0) } ?? .bytes(piece.bytes)
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self = .text(text)
    } else {
      self = .bytes(try container.decode([UInt8].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .bytes(let bytes): try container.encode(bytes)
    }
  }

  var piece: TokenPiece {
    switch self {
    case .text(let text): TokenPiece(bytes: Array(text.utf8))
    case .bytes(let bytes): TokenPiece(bytes: bytes)
    }
  }

  static func dictionary(_ pieces: [TokenID: TokenPiece]) -> [String: PieceJSON] {
    Dictionary(uniqueKeysWithValues: pieces.map { ("\($0)", PieceJSON($1)) })
  }

  static func pieces(_ dictionary: [String: PieceJSON]) throws -> [TokenID: TokenPiece] {
    var pieces: [TokenID: TokenPiece] = [:]
    for (key, value) in dictionary {
      guard let token = TokenID(key) else { throw TraceLineError.invalid("pieces") }
      pieces[token] = value.piece
    }
    return pieces
  }
}

struct PiecesLine: Codable {
  var kind = "pieces"
  var pieces: [String: PieceJSON]

  init(_ pieces: [TokenID: TokenPiece]) { self.pieces = PieceJSON.dictionary(pieces) }

  func tokens() throws -> [TokenID: TokenPiece] { try PieceJSON.pieces(pieces) }
}

struct SettingLine: Codable {
  var kind = "setting"
  var step: Int
  var settings: SettingsJSON

  init(step: Int, settings: SamplerSettings) {
    self.step = step
    self.settings = SettingsJSON(settings)
  }
}

struct EditLine: Codable {
  var kind = "edit"
  var step: Int
  var canvas: [TokenID]
  var locked: [Int]
  var given: [Int]

  init(_ edit: TraceEdit) {
    step = edit.step
    canvas = edit.canvas
    locked = edit.locked
    given = edit.given
  }

  func edit() throws -> TraceEdit {
    guard (locked + given).allSatisfy(canvas.indices.contains) else {
      throw TraceLineError.invalid("locked")
    }
    return TraceEdit(step: step, canvas: canvas, locked: locked, given: given)
  }
}

struct BranchLine: Codable {
  var kind = "branch"
  var name: String
  var parent: String
  var step: Int
  var start: StartJSON?

  init(_ branch: TraceBranch) {
    name = branch.name
    parent = branch.parent
    step = branch.step
    start = branch.start.map(StartJSON.init)
  }

  func branch() throws -> TraceBranch {
    TraceBranch(name: name, parent: parent, step: step, start: try start?.header())
  }
}

struct LogProbabilitiesLine: Codable {
  var kind = "log-probabilities"
  var moment: TraceLogProbabilities.Moment
  var step: Int
  var positions: [Int]
  var values: [Double]

  init(_ record: TraceLogProbabilities) {
    moment = record.moment
    step = record.step
    positions = record.positions
    values = record.values.map { rounded($0, 1e-6) }
  }

  func record() throws -> TraceLogProbabilities {
    guard positions.count == values.count else { throw TraceLineError.invalid("values") }
    return TraceLogProbabilities(
      moment: moment, step: step, positions: positions, values: values)
  }
}

struct EndLine: Codable {
  var kind = "end"
  var text: String
  var steps: Int
  var forwards: Int
  var milliseconds: Double
  var reason: String

  init(_ end: TraceEnd) {
    text = end.text
    steps = end.steps
    forwards = end.forwards
    milliseconds = rounded(end.milliseconds, 1e-3)
    reason = end.reason
  }

  func end() -> TraceEnd {
    TraceEnd(
      text: text, steps: steps, forwards: forwards, milliseconds: milliseconds, reason: reason)
  }
}

/// `value` rounded to a multiple of `unit`; 0 when it is not finite, which JSON cannot hold.
func rounded(_ value: Double, _ unit: Double) -> Double {
  value.isFinite ? (value / unit).rounded() / (1 / unit).rounded() : 0
}

/// `value`, or 0 when it is not finite, which JSON cannot hold.
func finite(_ value: Double) -> Double { value.isFinite ? value : 0 }

internal import FoundationEssentials

/// Any JSON value: what a strategy remembers, in a file whose reader does not know the strategy.
enum RecordedValue: Codable {
  case null
  case boolean(Bool)
  case integer(Int64)
  case number(Double)
  case text(String)
  case list([RecordedValue])
  case members([String: RecordedValue])

  /// Reads the JSON of `record`.
  init?(_ record: MemoryRecord) {
    guard
      let value = try? JSONDecoder().decode(RecordedValue.self, from: Data(record.json.utf8))
    else { return nil }
    self = value
  }

  /// The value as a strategy reads it.
  var record: MemoryRecord? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { return nil }
    return MemoryRecord(json: String(decoding: data, as: UTF8.self))
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([RecordedValue].self) {
      self = .list(value)
    } else {
      self = .members(try container.decode([String: RecordedValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let value): try container.encode(value)
    case .members(let value): try container.encode(value)
    }
  }
}

/// Why a step did what it did, as it stands in a trace file; guesses are `[position, id, value]`.
struct ReasonJSON: Codable {
  var kept: String
  var best: [Double]?
  var next: [Double]?
  var remasked: String?

  init(_ reason: StepReason) {
    kept = reason.kept
    best = reason.best.map(Self.numbers)
    next = reason.next.map(Self.numbers)
    remasked = reason.remasked
  }

  private static func numbers(_ guess: StepReason.Guess) -> [Double] {
    [Double(guess.position), Double(guess.token), rounded(guess.value, 1e-6)]
  }

  var reason: StepReason {
    StepReason(
      kept: kept, best: Self.guess(best), next: Self.guess(next), remasked: remasked)
  }

  private static func guess(_ numbers: [Double]?) -> StepReason.Guess? {
    guard let numbers, numbers.count == 3, let position = Int(exactly: numbers[0]),
      let token = TokenID(exactly: numbers[1])
    else { return nil }
    return StepReason.Guess(position: position, token: token, value: numbers[2])
  }
}

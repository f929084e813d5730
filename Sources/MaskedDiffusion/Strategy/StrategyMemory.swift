internal import FoundationEssentials

/// What a strategy remembers from one step to the next.
///
/// A fresh value stands for “nothing yet”. Numbers must be finite. Positions count as of the canvas
/// after the step: a strategy that inserts or deletes positions moves those it remembers.
public protocol StrategyMemory: Codable, Equatable, Sendable {
  /// Creates the memory of a run that begins.
  init()
}

/// The memory of strategies that have none.
public struct NoMemory: StrategyMemory {
  /// Creates nothing.
  public init() {}
}

/// A memory as states and traces keep it, the same wherever it is read.
///
/// Steps pass it on as a value; it is written down only where somebody reads it.
public struct MemoryRecord: Equatable, Sendable {
  private let content: Content

  private enum Content: Sendable {
    case value(any StrategyMemory)
    case json(String)
  }

  /// Creates a record from what a trace holds.
  public init(json: String) { content = .json(json) }

  /// Keeps `memory`; `nil` when there is nothing to remember.
  init?(_ memory: some StrategyMemory) {
    guard !(memory is NoMemory) else { return nil }
    content = .value(memory)
  }

  /// The memory in JSON, keys in order.
  ///
  /// - Complexity: Writes it down anew each time.
  public var json: String {
    switch content {
    case .json(let json): return json
    case .value(let memory):
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      // Memories hold finite numbers, words and lists of them.
      return (try? encoder.encode(memory)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
  }

  /// Reads a memory; `nil` when this is the memory of another strategy.
  func memory<Memory: StrategyMemory>(as: Memory.Type) -> Memory? {
    switch content {
    case .json(let json): try? JSONDecoder().decode(Memory.self, from: Data(json.utf8))
    case .value(let memory): memory as? Memory
    }
  }

  /// Whether both hold the same memory.
  public static func == (left: MemoryRecord, right: MemoryRecord) -> Bool {
    func equals<Memory: StrategyMemory>(_ memory: Memory, _ other: any StrategyMemory) -> Bool {
      (other as? Memory).map { memory == $0 } ?? false
    }
    if case .value(let memory) = left.content, case .value(let other) = right.content {
      return equals(memory, other)
    }
    return left.json == right.json
  }
}

extension SamplingStrategy {
  /// The opening question of a step whose memory is written down.
  func opening(in context: StepContext, record: MemoryRecord?) -> Opening {
    opening(in: context, memory: memory(record))
  }

  /// The move of a step whose memory is written down.
  func move(in context: StepContext, record: MemoryRecord?, answers: [Answer]) -> RecordedMove {
    switch move(in: context, memory: memory(record), answers: answers) {
    case .ask(let questions): .ask(questions)
    case .decide(let decision, let memory): .decide(decision, MemoryRecord(memory))
    }
  }

  private func memory(_ record: MemoryRecord?) -> Memory {
    record?.memory(as: Memory.self) ?? Memory()
  }
}

/// A move whose memory is written down.
enum RecordedMove {
  case ask([Question])
  case decide(StepDecision, MemoryRecord?)
}

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

/// A memory as states and traces keep it: written down, so that it is the same wherever it is read.
public struct MemoryRecord: Equatable, Sendable {
  /// The memory in JSON, keys in order.
  public let json: String

  /// Creates a record from what a trace holds.
  public init(json: String) { self.json = json }

  /// Writes `memory` down; `nil` when there is nothing to remember.
  init?(_ memory: some StrategyMemory) {
    guard !(memory is NoMemory) else { return nil }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Memories hold finite numbers, words and lists of them.
    guard let data = try? encoder.encode(memory) else { return nil }
    json = String(decoding: data, as: UTF8.self)
  }

  /// Reads a memory; `nil` when this is the memory of another strategy.
  func memory<Memory: StrategyMemory>(as: Memory.Type) -> Memory? {
    try? JSONDecoder().decode(Memory.self, from: Data(json.utf8))
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

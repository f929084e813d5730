import ClosedWorld
import MaskedDiffusion
import Tokenizers

/// What texts go on from, sorted by kind.
struct TextPrompts {
  /// Prompts of one kind.
  struct Group {
    /// The kind; empty where there are no kinds.
    var name: String
    /// The prompts; text i goes on from prompt i, from the first again after the last.
    var prompts: [String]
    /// Whole texts of the kind, which say how long answers are; empty where nobody knows.
    var examples: [(prompt: String, text: String)]
  }

  /// The groups.
  let groups: [Group]
  /// The world whose checker knows the texts; `nil` where there is none.
  let world: World?
  /// Where they are from, as options say it.
  let source: String

  /// Prompts that no training text was made for on purpose.
  private static let promptSeed: UInt64 = 99_991
  private static let exampleSeed: UInt64 = 99_992
  private static let exampleCount = 512
  /// The words of a text that does not ask for anything.
  private static let wordCount = 3
  /// What ends a request.
  static let marker = " Answer:"

  /// Prompts of the world of `size`: requests up to their answers, the first words of other texts.
  ///
  /// - Throws: ``UsageError`` when the world has none of `kinds`.
  init(world size: WorldSize, kinds: [WorldKind], count: Int) throws {
    let world = try World(size)
    var groups: [Group] = []
    for kind in kinds {
      func texts(_ seed: UInt64, _ count: Int) -> [String] {
        WorldGenerator(world, weights: [kind: 1], seed: seed).prefix(count).map(\.text)
      }
      let prompts = texts(Self.promptSeed, count).map(Self.prompt)
      guard !prompts.isEmpty else {
        throw UsageError("the \(size.rawValue) world has no \(kind.rawValue)")
      }
      let examples = texts(Self.exampleSeed, Self.exampleCount).map { (Self.prompt(of: $0), $0) }
      groups.append(Group(name: kind.rawValue, prompts: prompts, examples: examples))
    }
    self.groups = groups
    self.world = world
    source = "world:\(size.rawValue)"
  }

  /// Prompts that the user gave.
  init(_ prompts: [String], source: String, world: WorldSize?) throws {
    groups = [Group(name: "", prompts: prompts, examples: [])]
    self.world = try world.map { size in try World(size) }
    self.source = source
  }

  /// What a text is asked for with.
  static func prompt(of text: String) -> String {
    if let marker = text.firstRange(of: marker) { return String(text[..<marker.upperBound]) }
    return text.split(separator: " ").prefix(wordCount).joined(separator: " ")
  }
}

extension TextPrompts.Group {
  /// The answer positions that hold every text of the kind and its end; `nil` where nobody knows.
  func answerLength(_ tokenizer: any Tokenizer) -> Int? {
    let longest = examples.map {
      tokenizer.encode($0.text).count - tokenizer.encode($0.prompt).count
    }
    return longest.max().map { max(1, $0 + 1) }
  }

  /// The prompt of text `index`.
  func prompt(_ index: Int) -> String { prompts[index % prompts.count] }
}

extension WorldSize {
  /// The size that data such as `world:tiny` names; `nil` if it names no world.
  ///
  /// - Throws: ``UsageError`` for a size that there is not.
  static func named(_ data: String) throws(UsageError) -> WorldSize? {
    guard data.hasPrefix("world:") else { return nil }
    guard let size = WorldSize(rawValue: String(data.dropFirst("world:".count))) else {
      let known = WorldSize.allCases.map { "world:\($0.rawValue)" }.joined(separator: ", ")
      throw UsageError("there is no \(data)", hint: "worlds: \(known)")
    }
    return size
  }
}

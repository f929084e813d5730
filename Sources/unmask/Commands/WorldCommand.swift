import ArgumentParser
import ClosedWorld

/// The closed world: writes its texts, checks them, says how uncertain they are.
struct WorldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "world", abstract: "Write and check texts of a small world whose truth is known.",
    discussion: """
      Stories, sums, questions and more, written from templates in which names, things and numbers must \
      agree. A model trained on them can be judged exactly: a text contradicts itself, or it does not.
      """,
    subcommands: [Generate.self, Check.self, Entropy.self])
}

/// Which world.
struct WorldSizeArgument: ParsableArguments {
  @Option(help: "The size of the world: tiny, small or full.")
  var size: String = WorldSize.full.rawValue

  /// The world of the chosen size.
  func world() throws -> World {
    guard let size = WorldSize(rawValue: size) else {
      let known = WorldSize.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("there is no world of size '\(size)'", hint: "Sizes: \(known).")
    }
    return try World(size)
  }
}

/// Which world, and what of it.
struct WorldArguments: ParsableArguments {
  @OptionGroup var size: WorldSizeArgument

  @Option(
    help: ArgumentHelp(
      "The kinds of texts, each with its weight if you like, as in stories:3,sums:1. By default all.",
      valueName: "kind,..."))
  var kinds: String?

  /// How often each kind comes.
  ///
  /// - Parameter kinds: Kinds with their weights; `nil` for all.
  /// - Returns: The weight of each kind.
  /// - Throws: ``UsageError``.
  static func weights(parsing kinds: String?) throws(UsageError) -> [WorldKind: Double] {
    guard let kinds else {
      return Dictionary(uniqueKeysWithValues: WorldKind.allCases.map { ($0, $0.usualWeight) })
    }
    var weights: [WorldKind: Double] = [:]
    for part in kinds.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard let kind = WorldKind(rawValue: String(words[0])) else {
        let known = WorldKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw UsageError("there is no kind '\(words[0])'", hint: "Kinds: \(known).")
      }
      let weight = words.count > 1 ? Double(words[1]) : kind.usualWeight
      guard let weight, weight > 0, weight < 1e9 else {
        throw UsageError("'\(part)' has no weight above 0", hint: "Write stories:3,sums:1.")
      }
      weights[kind] = weight
    }
    return weights
  }

  /// A generator of what is asked for.
  func generator(seed: UInt64) throws -> WorldGenerator {
    let generator = WorldGenerator(
      try size.world(), weights: try Self.weights(parsing: kinds), seed: seed)
    guard !generator.shares.isEmpty else {
      throw UsageError("the \(size.size) world has none of these kinds")
    }
    return generator
  }
}

extension WorldCommand {
  /// Writes texts.
  struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "generate", abstract: "Write texts of the world, one JSON string a line.",
      discussion: "The same seed gives the same texts.")

    @Option(parsing: .unconditional, help: "How many texts.")
    var count = 10

    @Option(parsing: .unconditional, help: "The seed.")
    var seed: UInt64 = 0

    @OptionGroup var what: WorldArguments

    @Flag(
      help: "Write objects with the text, its kind, its schema and its log probability in nats.")
    var details = false

    func run() throws {
      guard count >= 0 else { throw UsageError("count is \(count), expected 0 or more") }
      var generator = try what.generator(seed: seed)
      var lines = ""
      for number in 0..<count {
        guard let sample = generator.next() else { break }
        lines += (details ? Self.details(of: sample) : .string(sample.text)).text + "\n"
        if number % 512 == 511 {
          try OutputStream.standard.write(lines)
          lines = ""
        }
      }
      try OutputStream.standard.write(lines)
    }

    private static func details(of sample: WorldGenerator.Sample) -> JSON {
      .object([
        "text": .string(sample.text), "kind": .string(sample.kind.rawValue),
        "schema": .string(sample.schema), "logProbability": .rounded(sample.logProbability, 6),
      ])
    }
  }

  /// Says how uncertain the generator's texts are.
  struct Entropy: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "entropy", abstract: "Measure the entropy of each kind, in nats a text.",
      discussion: """
        The mean of what the generator's choices cost. No model can need fewer nats: what one needs more \
        is its gap. Where the kind itself is drawn, its share costs further nats.
        """)

    @Option(parsing: .unconditional, help: "How many texts of each kind.")
    var count = 10_000

    @Option(parsing: .unconditional, help: "The seed.")
    var seed: UInt64 = 0

    @OptionGroup var what: WorldArguments

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
      guard count > 1 else { throw UsageError("count is \(count), expected 2 or more") }
      let shares = try what.generator(seed: seed).shares
      let world = try what.size.world()
      let rows = shares.map { EntropyEstimate(world, $0.kind, share: $0.share, count, seed) }
      try OutputStream.standard.write(json ? Self.json(rows).text + "\n" : Self.table(rows))
    }

    private static func table(_ rows: [EntropyEstimate]) -> String {
      var table = Table(["kind", "nats>", "±>", "share>", "nats of share>", "words>"])
      for row in rows {
        table.add([
          row.kind.rawValue, fixed(row.nats, 3), fixed(row.error, 3), fixed(row.share, 3),
          fixed(row.natsOfShare, 3), fixed(row.words, 1),
        ])
      }
      return table.text
    }

    private static func json(_ rows: [EntropyEstimate]) -> JSON {
      .object(
        rows.map { row in
          JSON.Member(
            name: row.kind.rawValue,
            value: .object([
              "nats": .rounded(row.nats, 6), "standardError": .rounded(row.error, 6),
              "share": .rounded(row.share, 6), "natsOfShare": .rounded(row.natsOfShare, 6),
              "words": .rounded(row.words, 3),
            ]))
        })
    }
  }
}

import ArgumentParser
import ClosedWorld
import MaskedDiffusion
import Models

/// What the texts of a sweep go on from.
struct SweepTextArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What texts go on from: world:tiny, world:small or world:full; the world the tokenizer was "
        + "made for unless given.", valueName: "data"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "The kinds of texts of a world; stories unless given.", valueName: "kind,..."))
  var kinds: String?

  @Option(help: ArgumentHelp("Prompts instead, one a line.", valueName: "file"))
  var prompts: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("The texts of each cell.", valueName: "n"))
  var texts = 256

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The answer positions; what the kind needs unless given.", valueName: "n"))
  var length: Int?

  /// The prompts; `nil` where nobody says and the tokenizer was made for no world.
  ///
  /// - Throws: ``UsageError``, ``FileError``.
  func prompts(for model: Model) throws -> TextPrompts? {
    if let path = prompts {
      let lines = try InputFile.text(of: path).split(whereSeparator: \.isNewline).map(String.init)
      guard !lines.isEmpty else { throw FileError(InputFile.name(of: path), "holds no prompt") }
      guard kinds == nil else { throw UsageError("--kinds does not go with --prompts") }
      let size = try data.flatMap { data throws(UsageError) in try WorldSize.named(data) }
      return try TextPrompts(lines, source: InputFile.name(of: path), world: size)
    }
    if let data, !data.hasPrefix("world:") {
      throw UsageError("data is '\(data)', expected a world, as in world:tiny")
    }
    guard
      let size = try data.flatMap({ data throws(UsageError) in try WorldSize.named(data) })
        ?? CheckTexts(builtInFor: model.tokenizer).world
    else { return nil }
    let weights = try WorldArguments.weights(parsing: kinds ?? WorldKind.stories.rawValue)
    let chosen = WorldKind.allCases.filter { weights[$0] != nil }
    return try TextPrompts(world: size, kinds: chosen, count: texts)
  }

  /// Changes with the prompts that a file holds, not with the number of texts or kinds of a world.
  func checksum(_ prompts: TextPrompts) -> String {
    guard self.prompts != nil else { return "" }
    return Checksum(of: prompts.groups.flatMap(\.prompts).joined(separator: "\n").utf8).description
  }
}

/// How a sweep works and what it prints.
struct SweepReportArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Keep every text in a file, to go on from or to add cells to.", valueName: "file"))
  var results: String?

  @Option(
    help: ArgumentHelp(
      "About how many positions are computed together; 1 writes texts one by one.",
      valueName: "n"))
  var batch = 1024

  @Option(
    help: ArgumentHelp(
      "Who says how likely texts are; each model its own unless given.", valueName: "model"))
  var judge: String?

  @Option(
    help: ArgumentHelp(
      "A file of training texts, one a line: also count the texts that are in it word for word.",
      valueName: "file"))
  var training: String?

  @Option(
    help: ArgumentHelp("The samples of a likelihood, 0 for none.", valueName: "n"))
  var judgeSamples = 8

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Print comma-separated values.")
  var csv = false

  @Flag(help: "Print a figure below the table, where steps vary.")
  var chart = false

  @Option(help: ArgumentHelp("Write the figure to a file (SVG).", valueName: "file"))
  var svg: String?
}

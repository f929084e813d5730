import ArgumentParser
import ClosedWorld
import MaskedDiffusion

/// Lets models write the same texts, and says what each spends.
struct RaceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "race", abstract: "Compare what models spend on a text, and what it is worth.",
    discussion: """
      The first model with masks writes in each of --step-counts; the other one, such as an \
      autoregressive twin with its cache, in its own way. Both go on from the same prompts with the same seeds, one text after \
      the other. Visits are positions computed for a token that was written. Texts are judged by the \
      first model (nats a token, smaller is likelier) and, where it knows them, by the checker of the \
      closed world. On a terminal two models first write side by side, each with its own clock.
      """)

  @Argument(help: ArgumentHelp("The model, and its twin.", valueName: "model"))
  var models: [String] = []

  @Option(parsing: .unconditional, help: "The text to go on from; that of --kinds unless given.")
  var prompt: String?

  @Option(
    help: ArgumentHelp(
      "Go on from texts of this kind instead, where the model knows a world.", valueName: "kind"))
  var kinds: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The steps of the first model that takes steps, separated by commas. (default: \(defaultCounts))",
      valueName: "n,..."))
  var stepCounts: String?

  private static let defaultCounts = "4,8,16,32,64,128,256"

  @Option(parsing: .unconditional, help: ArgumentHelp("The texts of each.", valueName: "n"))
  var texts = 8

  @OptionGroup(title: "Model") var arguments: ModelArguments

  @OptionGroup(title: "Sampling") var sampling: SamplerArguments

  @Flag(
    inversion: .prefixedNo,
    help: "Show a race of two models first; usual on a terminal.")
  var live: Bool?

  @Option(help: ArgumentHelp("Write the figure to a file (SVG).", valueName: "file"))
  var svg: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    guard (1...10_000).contains(texts) else {
      throw UsageError("texts is \(texts), expected 1 to 10000")
    }
    guard prompt == nil || kinds == nil else {
      throw UsageError("--prompt and --kinds exclude each other")
    }
    let named = models + [arguments.model].compactMap { $0 }
    guard named.count <= 2 else { throw UsageError("\(named.count) models, expected one or two") }
    let counts = try Self.counts(stepCounts ?? Self.defaultCounts)
    if let svg { try FigureFile.check(WholeFile.expanded(svg)) }
    Interruption.listen()
    let loaded = try (named.isEmpty ? [ModelArguments.defaultModel] : named).map(load)
    let world = CheckTexts(builtInFor: loaded[0].tokenizer).world
    let prompts = try prompts(world)
    let contestants = try contestants(try ordered(loaded), counts, prompts)
    let judge = TextJudge(model: loaded[0], samples: 16, world: prompts.world)
    if showsRace, loaded.count == 2, !json { try show(contestants, judge) }
    let report = RaceReport(results: try results(contestants, judge))
    if let svg, !report.results.isEmpty {
      try FigureFile.write(report.chart, to: WholeFile.expanded(svg))
    }
    try OutputStream.standard.write(
      json ? report.json(prompt: prompt).text + "\n" : report.text)
    if Interruption.isRequested { throw Interruption.exitStatus }
  }

  private static func counts(_ text: String) throws(UsageError) -> [Int] {
    let counts = text.split(separator: ",").map { Int($0) ?? 0 }
    guard !counts.isEmpty, counts.allSatisfy({ (1...65_536).contains($0) }) else {
      throw UsageError("step-counts is '\(text)', expected numbers from 1 to 65536, as in 4,16,64")
    }
    return counts
  }

  private var showsRace: Bool {
    live ?? (OutputStream.standard.isTerminal && TerminalTraits.canMoveCursor)
  }

  private func load(_ name: String) throws -> Model {
    var arguments = arguments
    arguments.model = name
    return try arguments.load(try arguments.source(), needsText: true)
  }

  /// The prompt that was typed, or beginnings of texts of the world.
  private func prompts(_ world: WorldSize?) throws -> TextPrompts {
    guard prompt == nil, let world else {
      guard kinds == nil else { throw UsageError("--kinds needs a model of a closed world") }
      return try TextPrompts(
        [prompt ?? "It was the birthday of Lily."], source: "--prompt", world: world)
    }
    let weights = try WorldArguments.weights(parsing: kinds ?? WorldKind.stories.rawValue)
    guard weights.count == 1, let kind = weights.keys.first else {
      throw UsageError("\(weights.count) kinds, expected one")
    }
    return try TextPrompts(world: world, kinds: [kind], count: texts)
  }

  /// Settings that mean something for every model.
  private static let common: Set = [
    "temperature", "seed", "top-k", "top-p", "draw", "end-of-text",
  ]

  /// The model that takes steps first: --step-counts is for it.
  private func ordered(_ models: [Model]) throws(UsageError) -> [Model] {
    let stepping = models.filter { $0.predictor.attention != .causal }
    guard !stepping.isEmpty || stepCounts == nil else {
      throw UsageError("--step-counts is for models with masks, these write from left to right")
    }
    return stepping.count == 1
      ? stepping + models.filter { $0.predictor.attention == .causal } : models
  }

  private func contestants(
    _ models: [Model], _ counts: [Int], _ prompts: TextPrompts
  ) throws -> [RaceContestant] {
    let choice = try SettingsChoice(sampling)
    // How tokens are drawn goes for both; which positions change is not for a model to choose that
    // writes in order.
    let typed = try sampling.settings.values { _ throws(SamplerError) in 0 }
    let common = typed.filter { Self.common.contains($0.row.name) }
    let own = try SettingsChoice(preset: nil, length: sampling.length, typed: common)
    let isOrdered = models.map { $0.predictor.attention == .causal }
    var contestants =
      isOrdered[0]
      ? [
        RaceContestant(
          model: models[0], steps: nil, choice: own, length: sampling.length, prompts: prompts)
      ]
      : counts.map { steps in
        RaceContestant(
          model: models[0], steps: steps, choice: choice, length: sampling.length,
          prompts: prompts)
      }
    if models.count == 2 {
      contestants.append(
        RaceContestant(
          model: models[1], steps: nil, choice: isOrdered[1] ? own : choice,
          length: sampling.length, prompts: prompts))
    }
    return contestants
  }

  /// Shows the first model in a middle number of steps against the second.
  private func show(_ contestants: [RaceContestant], _ judge: TextJudge) throws {
    guard let second = contestants.last, contestants.count > 1 else { return }
    let first = contestants[(contestants.count - 1) / 2]
    var screen = try RaceScreen([first, second], text: 0)
    try screen.run(judge)
    try OutputStream.standard.writeLine()
  }

  private func results(
    _ contestants: [RaceContestant], _ judge: TextJudge
  ) throws -> [RaceResult] {
    let bar = ProgressBar("racing")
    defer { bar.clear() }
    var results: [RaceResult] = []
    for (index, contestant) in contestants.enumerated() where !Interruption.isRequested {
      do {
        let result = try contestant.result(texts, judge: judge) { count in
          let share = Double(count) / Double(texts)
          bar.show((Double(index) + share) / Double(contestants.count), note: contestant.name)
        }
        if result.measure.count > 0 { results.append(result) }
      } catch SamplerError.prediction(.cancelled) {
        break
      } catch LikelihoodError.prediction(.cancelled) {
        break
      }
    }
    return results
  }
}

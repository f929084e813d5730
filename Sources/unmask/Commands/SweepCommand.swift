import ArgumentParser
import ClosedWorld
import MaskedDiffusion

/// Writes many texts with every combination of settings, and says what they are worth.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Compare settings: what texts cost and what they are worth.",
    discussion: """
      Every setting takes a list, and every combination is a cell: --steps 4,16,64 --strategy \
      low-confidence,remdm. A cell is a number of texts: how many can be true in their world, with \
      95 % intervals (Wilson), how varied they are (distinct-1, distinct-2), how likely the model finds \
      them, and what they cost. Text i has the same prompt and the same random numbers in every cell.

      A sweep that was stopped goes on where it was when the same command is given again.
      """)

  @Argument(help: ArgumentHelp("The models.", valueName: "model"))
  var models: [String] = []

  @OptionGroup(title: "Texts") var texts: SweepTextArguments

  @OptionGroup(title: "Model") var arguments: ModelArguments

  @Option(help: "A published combination of settings.")
  var preset: String?

  @OptionGroup(title: "Settings, each a list") var settings: SettingListArguments

  @OptionGroup(title: "Report") var report: SweepReportArguments

  func run() throws {
    try check()
    let axes = try settings.axes()
    let named = models + [arguments.model].compactMap { $0 }
    let prompts: TextPrompts?
    let loaded = try (named.isEmpty ? [ModelArguments.defaultModel] : named).map(load)
    prompts = try texts.prompts(for: loaded[0])
    guard let prompts else {
      throw UsageError(
        "there is nothing to go on from",
        hint: "give --data world:tiny, world:small or world:full, or --prompts FILE")
    }
    let cells = try cells(loaded, prompts, axes)
    let judge = try report.judge.map(load)
    let run = SweepRun(
      cells: cells, textCount: texts.texts, batchPositions: report.batch,
      judgeSamples: report.judgeSamples, judge: judge, prompts: prompts,
      training: try report.training.map { path throws(FileError) in
        Set(try TextLines.texts(of: path))
      },
      results: try resultFile(prompts, judge))
    Interruption.listen()
    let complete = try run.run()
    try write(SweepReport(results: complete, source: prompts.source, axes: axes.map(\.row.name)))
    if Interruption.isRequested { throw Interruption.exitStatus }
    run.results?.finish()
  }

  private func check() throws {
    guard (1...1_000_000).contains(texts.texts) else {
      throw UsageError("texts is \(texts.texts), expected 1 to 1000000")
    }
    guard (1...1_000_000).contains(report.batch) else {
      throw UsageError("batch is \(report.batch), expected 1 to 1000000")
    }
    guard (0...4096).contains(report.judgeSamples) else {
      throw UsageError("judge-samples is \(report.judgeSamples), expected 0 to 4096")
    }
    guard !(report.json && report.csv) else {
      throw UsageError("--json and --csv exclude each other")
    }
    if let svg = report.svg { try FigureFile.check(WholeFile.expanded(svg)) }
  }

  private func load(_ name: String) throws -> Model {
    var arguments = arguments
    arguments.model = name
    return try arguments.load(try arguments.source(), needsText: true)
  }

  /// Every combination, steps changing fastest.
  private func cells(
    _ models: [Model], _ prompts: TextPrompts, _ axes: [SettingAxis]
  ) throws -> [SweepCell] {
    var combinations: [[(row: SettingDescriptor<SamplerSettings>, value: SettingValue)]] = [[]]
    let ordered = axes.filter { $0.row.name != "steps" } + axes.filter { $0.row.name == "steps" }
    for axis in ordered {
      combinations = combinations.flatMap { before in
        axis.values.map { before + [(axis.row, $0)] }
      }
    }
    guard combinations.count * models.count * prompts.groups.count <= 100_000 else {
      throw UsageError("\(combinations.count) combinations of settings, expected fewer")
    }
    let rank = Dictionary(uniqueKeysWithValues: axes.enumerated().map { ($1.row.name, $0) })
    return try models.flatMap { model in
      try prompts.groups.flatMap { group in
        try combinations.map { typed in
          let typed = typed.sorted { rank[$0.row.name, default: 0] < rank[$1.row.name, default: 0] }
          return SweepCell(
            model: model, group: group, typed: typed,
            choice: try SettingsChoice(preset: preset, length: texts.length, typed: typed),
            length: texts.length)
        }
      }
    }
  }

  private func resultFile(
    _ prompts: TextPrompts, _ judge: Model?
  ) throws -> ResultFile<SweepRecord>? {
    let header = JSON.object([
      "unmask": .string("sweep"), "version": .integer(1), "data": .string(prompts.source),
      "prompts": .string(texts.checksum(prompts)),
      "length": .optional(texts.length) { .integer($0) },
      "preset": .optional(preset) { .string($0) },
      "judge": .optional(judge) { .string($0.identity.name + " " + $0.source.weightsStamp) },
      "judge_samples": .integer(report.judgeSamples), "batch": .integer(report.batch),
      "training": .optional(report.training) { .string($0) },
    ])
    if let results = report.results {
      return try ResultFile(WholeFile.expanded(results), header: header, isKept: true)
    }
    // Where nothing can be kept, a sweep that is killed begins again.
    return ResultFile<SweepRecord>.path(for: header, in: "sweeps").flatMap {
      try? ResultFile($0, header: header, isKept: false)
    }
  }

  private func write(_ table: SweepReport) throws {
    if let svg = report.svg, let chart = table.chart {
      try FigureFile.write(chart, to: WholeFile.expanded(svg))
    }
    if report.json {
      try OutputStream.standard.writeLine(table.json.text)
    } else if report.csv {
      try OutputStream.standard.write(table.csv)
    } else {
      try OutputStream.standard.write(table.text)
      if report.chart, let chart = table.chart {
        try OutputStream.standard.write("\n" + chart.text())
      }
    }
  }
}

import MaskedDiffusion

/// A model in a race, with the settings it writes with.
struct RaceContestant {
  let model: Model
  /// The steps it was given; `nil` where it takes what it needs.
  let steps: Int?
  let choice: SettingsChoice
  let length: Int?
  let prompts: TextPrompts

  /// What it is called.
  var name: String { model.identity.name + (steps.map { ", \($0) steps" } ?? "") }

  /// The start of text `index`, and the header of its run.
  ///
  /// - Throws: What the settings and the prompt throw.
  func start(_ index: Int) throws -> (start: TextWriter.Start, header: TraceHeader) {
    let group = prompts.groups[0]
    let source = PromptArguments.Source.text(
      prompt: try PromptTemplate(parsing: group.prompt(index)),
      suffix: try PromptTemplate(parsing: ""))
    let plan = try GenerationPlan(
      source: source, length: try answerLength(group, index), choice: choice, model: model)
    var settings = plan.settings
    if let steps { settings.steps = steps }
    settings.seed = settings.seed &+ UInt64(index)
    return (
      TextWriter.Start(
        index: index, canvas: plan.canvas, settings: settings,
        promptLength: plan.header.prompt.count), plan.header
    )
  }

  private func answerLength(_ group: TextPrompts.Group, _ index: Int) throws -> Int? {
    guard length == nil, let tokenizer = model.tokenizer else { return length }
    let given = tokenizer.encode(group.prompt(index)).count
    return group.answerLength(tokenizer).map {
      max(1, min($0, model.predictor.contextLength - given))
    }
  }

  /// Writes `count` texts one by one, as somebody who waits for them would have them written.
  ///
  /// - Throws: ``SamplerError``, ``LikelihoodError`` and what the settings throw.
  func result(_ count: Int, judge: TextJudge, progress: (Int) -> Void) throws -> RaceResult {
    let writer = TextWriter(model.predictor)
    // The first pass of a process pays for what later ones find in memory.
    _ = try writer.texts(from: [try start(0).start])
    var texts: [WrittenText] = []
    for index in 0..<count where !Interruption.isRequested {
      let start = try start(index).start
      var written = try writer.texts(from: [start])
      let prompt = Array(start.canvas.tokens.prefix(start.promptLength))
      try judge.judge(&written, after: [prompt], by: model)
      texts += written
      progress(index + 1)
    }
    return RaceResult(name: model.identity.name, steps: steps, texts: texts)
  }
}

/// What a model spent on some texts, and what they are worth.
struct RaceResult {
  let name: String
  let steps: Int?
  let measure: TextMeasure
  private let texts: [WrittenText]

  init(name: String, steps: Int?, texts: [WrittenText]) {
    self.name = name
    self.steps = steps
    self.texts = texts
    measure = TextMeasure(texts)
  }

  /// The end of a name that a table has room for.
  private static let nameWidth = 20

  /// One line of a table for a terminal of 80 columns.
  var row: [String] {
    let interval = measure.valid?.interval
    let shown =
      name.count > Self.nameWidth
      ? "\(TerminalTraits.symbols.ellipsis)\(name.suffix(Self.nameWidth - 1))" : name
    return [
      shown, steps.map { "\($0)" } ?? "own", measure.valid.map { fixed(100 * $0.share, 0) } ?? "",
      interval.map { "(\(fixed(100 * $0.lowerBound, 0))-\(fixed(100 * $0.upperBound, 0)))" } ?? "",
      measure.loss.map { fixed($0, 3) } ?? "", fixed(measure.forwards, 1), fixed(measure.visits, 1),
      fixed(measure.seconds, 3),
    ]
  }

  /// The headings of ``row``.
  static let headings = [
    "model", "steps>", "valid %>", "", "nats>", "forwards>", "visits>", "s/text>",
  ]

  /// What the headings mean.
  static let legend = "nats and visits are for a token, forwards for a text; --json says more\n"

  /// The same figures.
  var json: JSON {
    .object(
      [
        .init(name: "model", value: .string(name)),
        .init(name: "steps", value: .optional(steps) { .integer($0) }),
      ] + measure.members + [
        .init(name: "forwards", value: .integer(texts.reduce(0) { $0 + $1.forwards })),
        .init(
          name: "visits", value: .integer(Int(texts.reduce(0) { $0 + $1.visits }.rounded()))),
        .init(name: "seconds", value: .rounded(texts.reduce(0) { $0 + $1.seconds }, 6)),
      ])
  }
}

/// All results of a race.
struct RaceReport {
  let results: [RaceResult]

  /// What the texts are worth against the time they took: the trade-off as a figure.
  var chart: Chart {
    let isJudged = results.allSatisfy { $0.measure.valid != nil }
    var chart = Chart(
      title: "speed against quality", horizontal: "seconds a text",
      vertical: isJudged ? "valid, %" : "nats a token")
    chart.isLogarithmic = true
    for result in results {
      let interval = result.measure.valid?.interval
      chart.add(
        Chart.Point(
          x: result.measure.seconds,
          y: isJudged
            ? 100 * (result.measure.valid?.share ?? 0) : result.measure.loss ?? .nan,
          low: interval.map { 100 * $0.lowerBound }, high: interval.map { 100 * $0.upperBound }),
        to: result.name + (result.steps == nil ? "" : ", by steps"))
    }
    return chart
  }

  /// The table, and the figure below it.
  var text: String {
    var table = Table(RaceResult.headings)
    for result in results { table.add(result.row) }
    return table.text + RaceResult.legend + (results.count > 1 ? "\n" + chart.text() : "")
  }

  /// One JSON object.
  func json(prompt: String?) -> JSON {
    .object([
      "prompt": .optional(prompt) { .string($0) },
      "results": .array(results.map(\.json)),
    ])
  }
}

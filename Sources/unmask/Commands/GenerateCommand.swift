import ArgumentParser
import Models
import MaskedDiffusion
import PlaygroundUI

/// Writes a text by denoising.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Write a text by unmasking it step by step.",
    discussion: """
      On a terminal the canvas is shown while it fills, coloured by how sure the model was; \
      elsewhere only the final text is written. Ctrl-C stops after the current step.

      Settings come from the command line, else from the model's generation_config.json (with the \
      preset named there), else from the preset.

      A text that begins with a dash goes behind all options and a -- of its own: \
      unmask generate --steps 8 -- "-1 is less than"
      """)

  @OptionGroup(title: "Prompt") var prompt: PromptArguments
  @OptionGroup(title: "Chat") var chat: ChatArguments
  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Sampling") var sampling: SamplerArguments

  @Option(help: ArgumentHelp("Record the run, line by line as it goes.", valueName: "file"))
  var trace: String?

  @Option(
    help: ArgumentHelp(
      """
      Record more, in the trace and in --json: log-probabilities, of every token when it was unmasked \
      and at the end, which takes a forward pass more.
      """, valueName: "what"))
  var record: [GenerationRun.Extra] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      The texts to write; each is the one that its seed gives alone, and seeds follow one another \
      from --seed. They share forward passes.
      """, valueName: "n"))
  var samples = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The least time between two pictures on a terminal.", valueName: "ms"))
  var delay = 30

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print nothing but the final text.")
  var quiet = false

  func run() throws {
    guard (0...60_000).contains(delay) else {
      throw UsageError("delay is \(delay), expected 0 to 60000")
    }
    guard record.isEmpty || trace != nil || json else {
      throw UsageError(
        "--record has nowhere to record to", hint: "add --trace FILE, or --json")
    }
    guard (1...SampleRuns.limit).contains(samples) else {
      throw UsageError("samples is \(samples), expected 1 to \(SampleRuns.limit)")
    }
    let choice = try SettingsChoice(sampling)
    let modelSource = try model.source()
    let source = try prompt.source(chat)
    let model = try self.model.load(modelSource, needsText: source.isText)
    let plan = try GenerationPlan(
      source: source, length: sampling.length, choice: choice, model: model)
    modelSource.warn(
      positions: plan.canvas.count, blockLength: plan.settings.blockLength)
    guard samples == 1 else { return try runSamples(plan, model: model) }
    let sampler = try Sampler(
      predictor: model.predictor, canvas: plan.canvas, settings: plan.settings)
    let recorder = try makeRecorder(plan, model: model)
    Interruption.listen()
    var run = GenerationRun(
      sampler: sampler, header: plan.header, recorder: recorder, view: try makeView(model),
      extras: Set(record))
    let outcome = try run.run()
    let text = FinalText(tokens: outcome.tokens, header: plan.header)
    try recorder?.write(
      .end(
        TraceEnd(
          text: model.tokenizer.map(text.text) ?? "", steps: outcome.steps,
          forwards: outcome.forwards, milliseconds: outcome.milliseconds,
          reason: outcome.reason)))
    try write(outcome, text: text, plan: plan, model: model, run: &run)
    if outcome.isInterrupted { throw Interruption.exitStatus }
  }

  private func makeRecorder(
    _ plan: GenerationPlan, model: Model
  ) throws(FileError) -> TraceWriter? {
    guard let trace else { return nil }
    let tokenizer = model.tokenizer
    return try TraceWriter(
      path: trace, header: plan.header,
      bytes: tokenizer.map { tokenizer in { tokenizer.bytes(of: $0) } })
  }

  private var isLive: Bool {
    !json && !quiet && OutputStream.standard.isTerminal && TerminalTraits.canMoveCursor
  }

  private func makeView(_ model: Model) throws(FileError) -> LiveView? {
    guard isLive else { return nil }
    return try LiveView(pause: .milliseconds(delay)) { model.shownBytes(of: $0) }
  }

  private func write(
    _ outcome: GenerationRun.Outcome, text: FinalText, plan: GenerationPlan, model: Model,
    run: inout GenerationRun
  ) throws {
    let output = OutputStream.standard
    if isLive {
      try run.finishView(positions: text.positions)
      try OutputStream.error.writeLine(summary(of: outcome, model: model))
    } else if json {
      try output.writeLine(json(of: outcome, text: text, plan: plan, model: model).text)
    } else if plan.isText, let tokenizer = model.tokenizer {
      let whole = text.text(tokenizer)
      let sanitizer = TextSanitizer(symbols: TerminalTraits.symbols, keepsNewlines: true)
      try output.writeLine(output.isTerminal ? sanitizer.sanitized(whole) : whole)
    } else {
      try output.writeLine(outcome.tokens.map(String.init).joined(separator: ","))
    }
  }

  private func summary(of outcome: GenerationRun.Outcome, model: Model) -> String {
    let symbols = TerminalTraits.symbols
    let parts = [
      model.identity.name, model.identity.precision, "\(outcome.steps) steps",
      "\(outcome.forwards) forward passes", "\(fixed(outcome.milliseconds, 0)) ms",
    ]
    let text = TextSanitizer(symbols: symbols).sanitized(
      parts.joined(separator: " \(symbols.dot) "))
    let writer = ANSIWriter(
      theme: TerminalTraits.theme, usesStyles: OutputStream.error.isTerminal)
    return writer.text(text, role: .dim)
  }

  private func json(
    of outcome: GenerationRun.Outcome, text: FinalText, plan: GenerationPlan, model: Model
  ) -> JSON {
    .object(
      Self.members([
        "text": .optional(model.tokenizer) { .string(text.text($0)) },
        "ids": .integers(outcome.tokens),
      ]) + start(of: plan, model: model)
        + Self.members([
          "steps": .integer(outcome.steps), "forwards": .integer(outcome.forwards),
          "ms": .rounded(outcome.milliseconds, 3), "reason": .string(outcome.reason),
        ]) + Self.json(of: outcome.logProbabilities))
  }

  /// What a run was started with.
  private func start(of plan: GenerationPlan, model: Model) -> [JSON.Member] {
    Self.members([
      "prompt_ids": .integers(plan.header.prompt),
      "suffix_ids": .integers(plan.header.suffix),
      "answer": .integers([plan.header.answer.lowerBound, plan.header.answer.upperBound]),
      "model": model.json,
      "settings": .settings(
        plan.settings, preset: plan.header.preset, length: plan.header.length),
    ])
  }

  private static func members(_ members: KeyValuePairs<String, JSON>) -> [JSON.Member] {
    members.map { JSON.Member(name: $0.key, value: $0.value) }
  }

  /// One object for each moment at which log probabilities were recorded.
  private static func json(of records: [TraceLogProbabilities]) -> [JSON.Member] {
    guard !records.isEmpty else { return [] }
    let moments = [TraceLogProbabilities.Moment.unmasking, .end].map { moment in
      let found = records.filter { $0.moment == moment }
      return JSON.Member(
        name: moment.rawValue,
        value: JSON.object([
          "positions": .integers(found.flatMap(\.positions)),
          "values": .array(found.flatMap(\.values).map { .rounded($0, 6) }),
        ]))
    }
    return [JSON.Member(name: "log_probabilities", value: .object(moments))]
  }
}

/// Several texts.
extension GenerateCommand {
  private func runSamples(_ plan: GenerationPlan, model: Model) throws {
    let recorder = try makeRecorder(plan, model: model)
    Interruption.listen()
    var runs = try SampleRuns(
      plan, count: samples, predictor: model.predictor, extras: Set(record))
    let done = try runs.run()
    func text(_ tokens: [TokenID]) -> FinalText { FinalText(tokens: tokens, header: plan.header) }
    if let recorder {
      let tree = SampleRuns.tree(of: done, header: plan.header) { tokens in
        model.tokenizer.map(text(tokens).text) ?? ""
      }
      for record in tree.trace.records { try recorder.write(record) }
    }
    let output = OutputStream.standard
    if json {
      try output.writeLine(json(of: done, plan: plan, model: model, text: text).text)
    } else if plan.isText, let tokenizer = model.tokenizer {
      let texts = done.map { sample in
        let whole = text(sample.outcome.tokens).text(tokenizer)
        let sanitizer = TextSanitizer(symbols: TerminalTraits.symbols, keepsNewlines: true)
        return output.isTerminal ? sanitizer.sanitized(whole) : whole
      }
      try output.writeLine(texts.joined(separator: "\n\n"))
    } else {
      for sample in done {
        try output.writeLine(sample.outcome.tokens.map(String.init).joined(separator: ","))
      }
    }
    if done.contains(where: \.outcome.isInterrupted) { throw Interruption.exitStatus }
  }

  private func json(
    of samples: [SampleRuns.Sample], plan: GenerationPlan, model: Model,
    text: ([TokenID]) -> FinalText
  ) -> JSON {
    let texts = samples.map { sample in
      JSON.object(
        Self.members([
          "seed": .unsigned(sample.settings.seed),
          "text": .optional(model.tokenizer) { .string(text(sample.outcome.tokens).text($0)) },
          "ids": .integers(sample.outcome.tokens),
          "steps": .integer(sample.outcome.steps),
          "forwards": .integer(sample.outcome.forwards),
          "reason": .string(sample.outcome.reason),
        ]) + Self.json(of: sample.outcome.logProbabilities))
    }
    return .object(
      Self.members(["samples": .array(texts)]) + start(of: plan, model: model)
        + Self.members(["ms": .rounded(samples.first?.outcome.milliseconds ?? 0, 3)]))
  }
}

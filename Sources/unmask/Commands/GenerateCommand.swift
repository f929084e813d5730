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
    let choice = try SettingsChoice(sampling)
    let modelSource = try model.source()
    let source = try prompt.source(chat)
    let model = try self.model.load(modelSource, needsText: source.isText)
    let plan = try GenerationPlan(
      source: source, length: sampling.length, choice: choice, model: model)
    let sampler = try Sampler(
      predictor: model.predictor, canvas: plan.canvas, settings: plan.settings)
    let recorder = try trace.map { path throws(FileError) in
      let tokenizer = model.tokenizer
      return try TraceWriter(
        path: path, header: plan.header,
        bytes: tokenizer.map { tokenizer in { tokenizer.bytes(of: $0) } })
    }
    Interruption.listen()
    var run = GenerationRun(
      sampler: sampler, header: plan.header, recorder: recorder, view: try makeView(model))
    let outcome = try run.run()
    let text = FinalText(tokens: outcome.tokens, header: plan.header)
    try recorder?.write(
      .end(
        TraceEnd(
          text: model.tokenizer.map(text.text) ?? "", steps: outcome.steps,
          forwards: outcome.forwards, milliseconds: outcome.milliseconds,
          reason: outcome.isInterrupted ? "interrupted" : "finished")))
    try write(outcome, text: text, plan: plan, model: model, run: &run)
    if outcome.isInterrupted { throw Interruption.exitStatus }
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
    .object([
      "text": .optional(model.tokenizer) { .string(text.text($0)) },
      "ids": .integers(outcome.tokens),
      "prompt_ids": .integers(plan.header.prompt),
      "suffix_ids": .integers(plan.header.suffix),
      "answer": .integers([plan.header.answer.lowerBound, plan.header.answer.upperBound]),
      "model": model.json,
      "settings": .settings(
        plan.settings, preset: plan.header.preset, length: plan.header.length),
      "steps": .integer(outcome.steps), "forwards": .integer(outcome.forwards),
      "ms": .rounded(outcome.milliseconds, 3),
      "reason": .string(outcome.isInterrupted ? "interrupted" : "finished"),
    ])
  }
}

import ArgumentParser
import ClosedWorld
import MaskedDiffusion
import Tokenizers

/// Lets models write the same texts, and says what each spends.
struct RaceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "race", abstract: "Compare what models spend on a text, and what it is worth.",
    discussion: """
      The first model writes in each of --step-counts; a second one, such as an autoregressive twin with \
      its cache, in its own way. Both go on from the same prompt with the same seeds. Forwards are \
      per text, visits are positions computed per token written. Texts are judged by the first \
      model (nats per token, smaller is likelier) and, where it knows them, by the checker of the \
      closed world.
      """)

  @Argument(help: ArgumentHelp("The model, and its twin.", valueName: "model"))
  var models: [String] = []

  @Option(parsing: .unconditional, help: "The text to go on from.")
  var prompt = "Once upon a time"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The steps of the first model, separated by commas.", valueName: "n,..."))
  var stepCounts = "4,8,16,32,64,128,256"

  @Option(parsing: .unconditional, help: ArgumentHelp("The texts of each.", valueName: "n"))
  var texts = 8

  @OptionGroup(title: "Model") var arguments: ModelArguments

  @OptionGroup(title: "Sampling") var sampling: SamplerArguments

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    guard (1...10_000).contains(texts) else {
      throw UsageError("texts is \(texts), expected 1 to 10000")
    }
    let named = models + [arguments.model].compactMap { $0 }
    guard named.count <= 2 else { throw UsageError("\(named.count) models, expected one or two") }
    let counts = try Self.counts(stepCounts)
    var results: [RaceResult] = []
    Interruption.listen()
    let first = try contestant(named.first ?? ModelArguments.defaultModel)
    let judge = RaceJudge(first)
    let bar = ProgressBar("racing")
    defer { bar.clear() }
    for (index, steps) in counts.enumerated() where !Interruption.isRequested {
      bar.show(Double(index) / Double(counts.count + 1), note: "\(steps) steps")
      results.append(try result(of: first, steps: steps, judge: judge))
    }
    if named.count == 2, !Interruption.isRequested {
      results.append(try result(of: try contestant(named[1]), steps: nil, judge: judge))
    }
    bar.clear()
    try write(results)
    if Interruption.isRequested { throw Interruption.exitStatus }
  }

  private static func counts(_ text: String) throws(UsageError) -> [Int] {
    let counts = text.split(separator: ",").map { Int($0) ?? 0 }
    guard !counts.isEmpty, counts.allSatisfy({ (1...65_536).contains($0) }) else {
      throw UsageError("step-counts is '\(text)', expected numbers from 1 to 65536, as in 4,16,64")
    }
    return counts
  }

  private func contestant(_ name: String) throws -> Model {
    var arguments = arguments
    arguments.model = name
    return try arguments.load(try arguments.source(), needsText: true)
  }

  private func result(of model: Model, steps: Int?, judge: RaceJudge) throws -> RaceResult {
    var result = RaceResult(name: model.identity.name, steps: steps)
    let counted = CountedPredictor(model.predictor)
    let choice = try SettingsChoice(sampling)
    let source = PromptArguments.Source.text(
      prompt: try PromptTemplate(parsing: prompt), suffix: try PromptTemplate(parsing: ""))
    let plan = try GenerationPlan(
      source: source, length: sampling.length, choice: choice, model: model)
    for index in 0..<texts where !Interruption.isRequested {
      var settings = plan.settings
      if let steps { settings.steps = steps }
      settings.seed = settings.seed &+ UInt64(index)
      let start = ContinuousClock.now
      var sampler = try Sampler(predictor: counted, canvas: plan.canvas, settings: settings)
      sampler.cancellation = Interruption.cancellation
      while try sampler.step() != nil {}
      result.seconds += (ContinuousClock.now - start) / .seconds(1)
      let spent = counted.reset()
      result.forwards += spent.forwards
      result.visits += spent.visits
      let tokens = Array(sampler.state.canvas.tokens.dropFirst(plan.header.prompt.count))
      let answer = Array(model.predictor.text(in: tokens))
      result.texts += 1
      result.tokens += answer.count
      result.distinct.insert(answer)
      try judge.judge(answer, after: plan.header.prompt, by: model, index: index, &result)
    }
    return result
  }

  private func write(_ results: [RaceResult]) throws {
    guard !json else {
      try OutputStream.standard.writeLine(
        JSON.object([
          "prompt": .string(prompt), "results": .array(results.map(\.json)),
        ]).text)
      return
    }
    var table = Table(RaceResult.headings)
    for result in results { table.add(result.row) }
    try OutputStream.standard.write(table.text)
  }
}

/// Who says what the texts are worth.
struct RaceJudge {
  private let model: Model
  private let checker: WorldChecker?

  /// Creates the judge of a race: `model` itself, and the checker of the world it was made for.
  init(_ model: Model) {
    self.model = model
    let world = CheckTexts(builtInFor: model.tokenizer).world
    checker = world.flatMap { try? World($0) }.map { WorldChecker($0) }
  }

  /// Adds what `answer` is worth to `result`.
  ///
  /// - Throws: ``LikelihoodError``.
  func judge(
    _ answer: [TokenID], after prompt: [TokenID], by writer: Model, index: Int,
    _ result: inout RaceResult
  ) throws(LikelihoodError) {
    guard let tokenizer = writer.tokenizer, let own = model.tokenizer else { return }
    let text = tokenizer.decode(prompt + answer)
    if !answer.isEmpty {
      let whole = writer.identity.name == model.identity.name ? prompt + answer : own.encode(text)
      let begun =
        writer.identity.name == model.identity.name
        ? prompt.count : own.encode(tokenizer.decode(prompt)).count
      let question = LikelihoodQuestion(
        prompt: Array(whole.prefix(begun)), answer: Array(whole.dropFirst(begun)))
      if !question.answer.isEmpty, question.positionCount <= model.predictor.contextLength {
        result.loss += try LikelihoodEvaluator(predictor: model.predictor).estimate(
          of: question, by: ExactCountLikelihood(parameters: [:]), sampleCount: 16,
          seed: UInt64(index)
        ).negativeLogLikelihood
      }
    }
    if let checker {
      let isValid = checker.verdict(on: text).isValid == true
      let before = result.valid ?? Proportion(0, of: 0)
      result.valid = Proportion(before.count + (isValid ? 1 : 0), of: before.total + 1)
    }
  }
}

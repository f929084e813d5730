import ArgumentParser
import Glibc
import Tokenizers
import MaskedDiffusion

/// Says how likely an answer is.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Say how likely an answer is, or how many choices are right.",
    discussion: """
      One answer: --prompt and --answer, or --prompt-ids and --answer-ids.

      Many: --input names a file of JSON Lines, each an object with "context", "choices" and \
      "gold" (the number of the right choice, from 0). Documents and logged samples of \
      lm-evaluation-harness and lines of HellaSwag, ARC, OpenBookQA, MMLU, PIQA, BoolQ, WinoGrande \
      and COPA are understood too. \
      A run that was stopped goes on where it was when the same command is given again.

      Estimators:
      \(LikelihoodRegistry.all.map { "  \($0.descriptor.name): \($0.descriptor.summary)" }
        .joined(separator: "\n"))
      """)

  @OptionGroup(title: "Model") var model: ModelArguments

  @Option(parsing: .unconditional, help: "The text before the answer; nothing unless given.")
  var prompt: String?

  @Option(parsing: .unconditional, help: "The text to score.")
  var answer: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The prompt as tokens.", valueName: "ids"))
  var promptIds: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The answer as tokens.", valueName: "ids"))
  var answerIds: String?

  @Option(help: ArgumentHelp("A file of questions with choices; - reads it.", valueName: "file"))
  var input: String?

  @Option(
    help: ArgumentHelp(
      "Keep the result of each question in a file, to go on from.", valueName: "file"))
  var results: String?

  @Option(
    help: ArgumentHelp(
      "How: monte-carlo, exact-count, chain-rule, exact or orders.",
      valueName: "name[:parameter=value,...]"))
  var estimator = "exact-count"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The samples of a random estimator.", valueName: "n"))
  var samples = 128

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The scale of guidance, 0 = off; a likelihood becomes a score.", valueName: "w"))
  var guidance: Float = 0

  @Option(parsing: .unconditional, help: "The seed of the random numbers.")
  var seed: UInt64 = 0

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    var setting = try setting()
    guard input == nil || [prompt, answer, promptIds, answerIds].allSatisfy({ $0 == nil }) else {
      throw UsageError("--input does not go with a prompt or an answer")
    }
    guard input != nil || results == nil else { throw UsageError("--results needs --input") }
    let isText = prompt != nil || answer != nil
    guard !isText || promptIds == nil && answerIds == nil else {
      throw UsageError("text and tokens are mixed, expected --prompt and --answer, or both as ids")
    }
    guard input != nil || answer != nil || answerIds != nil else {
      throw UsageError("there is no answer", hint: "give --answer, --answer-ids or --input")
    }
    let ids = try answerIds.map { text throws(PromptError) in try TokenList.tokens(parsing: text) }
    let promptIDs = try TokenList.tokens(parsing: promptIds ?? "")
    let model = try self.model.load(try self.model.source(), needsText: isText)
    setting.isCausal = model.predictor.attention == .causal
    if let input {
      try score(input, with: model, setting)
    } else {
      let question =
        try ids.map { LikelihoodQuestion(prompt: promptIDs, answer: $0) }
        ?? ContinuationEncoder(tokenizer: try model.requiredTokenizer())
        .tokens(of: prompt ?? "", answer ?? "")
      try score(question, with: model, setting)
    }
  }

  private func setting() throws -> ScoreSetting {
    guard (1...1_000_000).contains(samples) else {
      throw UsageError("samples is \(samples), expected 1 to 1000000")
    }
    guard guidance >= 0, guidance <= 100 else {
      throw UsageError("guidance is \(guidance), expected 0 to 100")
    }
    let selection = try AlgorithmSelection(parsing: estimator)
    let entry = try LikelihoodRegistry.entry(for: selection)
    return ScoreSetting(
      estimator: selection, isDeterministic: entry.isDeterministic, samples: samples,
      guidance: guidance, seed: seed)
  }

  private func score(
    _ question: LikelihoodQuestion, with model: Model, _ setting: ScoreSetting
  ) throws {
    let evaluator = LikelihoodEvaluator(predictor: model.predictor, guidanceScale: guidance)
    let estimate = try evaluator.estimate(
      of: question, by: try LikelihoodRegistry.estimator(for: setting.estimator),
      sampleCount: samples, seed: seed)
    let report = ScoreReport(question: question, estimate: estimate, setting: setting, model: model)
    try OutputStream.standard.write(json ? report.json.text + "\n" : report.text)
  }

  private func score(_ input: String, with model: Model, _ setting: ScoreSetting) throws {
    let tasks = try TaskFile(input, for: model)
    TaskReport.warn(tasks.problems, in: input)
    guard !tasks.questions.isEmpty else {
      throw FileError(InputFile.name(of: input), "holds no question that can be scored")
    }
    var evaluator = LikelihoodEvaluator(predictor: model.predictor, guidanceScale: guidance)
    evaluator.cancellation = Interruption.cancellation
    Interruption.listen()
    let run = TaskRun(
      tasks: tasks, evaluator: evaluator,
      estimator: try LikelihoodRegistry.estimator(for: setting.estimator), samples: samples,
      seed: seed, progress: try progressFile(tasks, model, setting))
    let outcome = try run.run()
    TaskReport.warn(outcome.problems, in: input)
    let report = TaskReport(tasks: tasks, outcome: outcome, setting: setting, model: model)
    try OutputStream.standard.write(json ? report.json.text + "\n" : report.text)
    if Interruption.isRequested { throw Interruption.exitStatus }
    if !tasks.problems.isEmpty || !outcome.problems.isEmpty { throw ErrorReport.failure }
  }

  private func progressFile(
    _ tasks: TaskFile, _ model: Model, _ setting: ScoreSetting
  ) throws -> ResultFile<TaskRecord>? {
    let header = JSON.object([
      "unmask": .string("score"), "version": .integer(1), "model": model.json,
      "weights": .string(model.source.weightsStamp), "tasks": .string(tasks.checksum),
      "setting": setting.json,
    ])
    if let results { return try ResultFile<TaskRecord>(results, header: header, isKept: true) }
    // Where nothing can be kept, a run that is killed begins again.
    return ResultFile<TaskRecord>.path(for: header, in: "scores").flatMap {
      try? ResultFile<TaskRecord>($0, header: header, isKept: false)
    }
  }
}

extension LikelihoodError: ReportedError {
  /// Questions are typed by the user; a prediction that fails is not.
  var exitStatus: ExitCode {
    if case .prediction = self { ErrorReport.failure } else { ErrorReport.usage }
  }
}

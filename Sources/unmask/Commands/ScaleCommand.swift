import ArgumentParser
import Glibc
import Training

/// Trains a family of models, and says how the loss falls with what they may compute.
struct ScaleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale", abstract: "Train a family of models and fit how the loss falls.",
    discussion: """
      Every size is trained with several budgets of floating-point operations, as a mask predictor and as \
      its autoregressive twin, on the same texts. Budgets are chosen so that all of it takes --minutes. \
      The best model of each budget is on the frontier, to which a power law is fitted; in a closed \
      world to the gap, which is what a model needs more than the texts' own choices. The loss of a mask \
      predictor is a bound.

      A family that was stopped goes on where it was when the same command is given again. Each model \
      has a directory in --out and opens in the playground.
      """)

  @OptionGroup var arguments: ScaleArguments

  @Option(help: ArgumentHelp("Write the figure to a file (SVG).", valueName: "file"))
  var svg: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    try arguments.check()
    try ModelArguments.check(threads: arguments.threads)
    if let svg { try FigureFile.check(WholeFile.expanded(svg)) }
    Interruption.listen()
    let directory = WholeFile.expanded(arguments.out)
    let plan = try ScalePlan(arguments, in: directory)
    let header = JSON.object([
      "unmask": .string("scale"), "version": .integer(1),
      "budgets": .array(plan.budgets.map { .number($0) }),
    ])
    let results = try ResultFile<ScaleRecord>(
      "\(directory)/results.jsonl", header: header, isKept: true)
    var records = Dictionary(results.records.map { ($0.trial, $0) }) { first, _ in first }
    var entropy: Double?
    let bar = ProgressBar("training")
    defer { bar.clear() }
    let all = plan.trials.reduce(0) { $0 + $1.operations }
    var done = 0.0
    for trial in plan.trials where !Interruption.isRequested {
      if records[trial.name] == nil {
        let run = try arguments.plan(trial, in: directory)
        let record = try record(of: trial, run) { share in
          bar.show((done + share * trial.operations) / all, note: trial.name)
        }
        guard let record else { break }
        try results.append([record])
        records[trial.name] = record
      }
      done += trial.operations
    }
    bar.clear()
    entropy = try TrainingWorld.entropy(of: arguments)
    let report = ScaleReport(trials: plan.trials, records: records, entropy: entropy)
    if let svg { try FigureFile.write(report.chart, to: WholeFile.expanded(svg)) }
    try OutputStream.standard.write(json ? report.json.text + "\n" : report.text)
    if Interruption.isRequested { throw Interruption.exitStatus }
  }

  /// Trains the model of `trial`; `nil` when somebody asked to stop before it was done.
  private func record(
    of trial: ScaleTrial, _ plan: TrainingPlan, progress: (Double) -> Void
  ) throws -> ScaleRecord? {
    let board = TrainingBoard()
    let run = try TrainingRun(plan, board)
    let worker = try SerialWorker<Void> { _, _ in run.train() }
    worker.enqueue(())
    while !board.state.withLock({ $0.isFinished }) {
      progress(board.state.withLock { $0.done })
      usleep(100_000)
    }
    if let error = board.error { throw error }
    guard plan.limit.done(run.progress) >= 1, let bound = run.bound else { return nil }
    return ScaleRecord(
      trial: trial.name, operations: plan.operations(run.progress.positionCount),
      steps: run.progress.step, positions: run.progress.positionCount,
      parameters: ParameterLayout(plan.shape).count, seconds: run.progress.seconds,
      natsOfText: bound.perText, natsOfToken: bound.perToken)
  }
}

extension TrainingWorld {
  /// What no model of a family can do without, in nats a text; `nil` where the texts are of no world.
  fileprivate static func entropy(of arguments: ScaleArguments) throws -> Double? {
    try TrainingWorld(
      arguments.data, kinds: try WorldArguments.weights(parsing: arguments.kinds),
      seed: arguments.seed)?.entropyOfHeldOut
  }
}

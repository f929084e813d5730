import ArgumentParser
import Training

/// Trains a model.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a masked diffusion model, or its autoregressive twin.",
    discussion: """
      --out becomes a directory that 'unmask play --model DIR' opens, from the first minute on. A \
      checkpoint is written every --every seconds; a run that was killed goes on from it with \
      'unmask train --resume --out DIR', with --steps to the identical loss.

      On a terminal, Space pauses, 'g' opens the playground with the present weights and Ctrl-C ends \
      with a checkpoint.
      """)

  @OptionGroup(title: "Data") var data: TrainDataArguments
  @OptionGroup(title: "Method") var method: TrainMethodArguments
  @OptionGroup(title: "Report") var report: TrainReportArguments

  func run() throws {
    guard data.resume else {
      try begin(arguments: Array(CommandLine.arguments.dropFirst(2)))
      return
    }
    // What is typed now goes over what the run was begun with.
    let begun = try TrainingNotes.arguments(in: data.out)
    let typed = CommandLine.arguments.dropFirst(2)
    let command = try Self.parse(begun + typed)
    try command.begin(arguments: begun)
  }

  /// Trains until the run is over.
  ///
  /// - Parameter arguments: What the run was begun with, to be kept with its checkpoints.
  /// - Throws: Whatever keeps it from being over.
  private func begin(arguments: [String]) throws {
    let plan = try TrainingPlan(data, method, report, arguments: arguments)
    Interruption.listen()
    let board = TrainingBoard()
    let run = try TrainingRun(plan, board)
    let worker = try SerialWorker<Void> { _, _ in run.train() }
    let showsScreen =
      OutputStream.standard.isTerminal && TerminalTraits.canMoveCursor && !report.plain
    worker.enqueue(())
    if showsScreen {
      var screen = TrainingScreen(plan, board)
      try screen.follow()
    } else {
      try TrainingLines(board).follow()
    }
    if let error = board.error { throw error }
    try OutputStream.standard.writeLine(
      "\(plan.out): \(board.state.withLock { $0.summary }); unmask play --model \(plan.out)")
    if Interruption.isRequested { throw Interruption.exitStatus }
  }
}

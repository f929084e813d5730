import ArgumentParser
import Kernels

/// The command, and the table of its subcommands.
@main
struct Unmask: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unmask",
    abstract: "A playground and engine for masked diffusion language models.",
    version: "0.1.0",
    subcommands: [
      PlayCommand.self, LearnCommand.self, GenerateCommand.self, PredictCommand.self,
      ScoreCommand.self, CheckCommand.self, SweepCommand.self, RaceCommand.self,
      ModelsCommand.self, StrategiesCommand.self, TokenizeCommand.self,
      TraceCommand.self, BenchCommand.self, QuantizeCommand.self, TrainCommand.self,
      ScaleCommand.self, BenchTrainingCommand.self, TokenizerCommand.self,
      WorldCommand.self, ScreenCommand.self,
    ])

  /// Without a subcommand, opens the playground.
  func run() throws { try PlayCommand.parse([]).run() }

  static func main() {
    HelpWidth.settle()
    do {
      try Kernels.InstructionSet.checkVariable()
      var command = try CommandWords.command(Array(CommandLine.arguments.dropFirst()))
      try command.run()
    } catch {
      ErrorReport.exit(with: error)
    }
  }
}

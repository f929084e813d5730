import ArgumentParser

/// The command, and the table of its subcommands.
@main
struct Unmask: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unmask",
    abstract: "A playground and engine for masked diffusion language models.",
    version: "0.1.0",
    subcommands: [
      StrategiesCommand.self, TraceCommand.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      ErrorReport.exit(with: error)
    }
  }
}

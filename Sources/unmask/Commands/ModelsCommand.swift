import ArgumentParser

/// Lists models, gives them names, fetches them, or makes one.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List, name, fetch and plan models.",
    subcommands: [
      ModelsListCommand.self, ModelsPullCommand.self, ModelsPlanCommand.self,
      ModelsAddCommand.self,
      ModelsRemoveCommand.self, ModelsMakeCommand.self,
    ],
    defaultSubcommand: ModelsListCommand.self)
}

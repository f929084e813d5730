import ArgumentParser

@main
struct Unmask: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unmask", abstract: "A playground for masked diffusion language models.")
}

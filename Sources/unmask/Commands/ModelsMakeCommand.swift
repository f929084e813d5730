import ArgumentParser
import Benchmarks
import Models

/// Writes a checkpoint of random weights.
struct ModelsMakeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make",
    abstract: "Write a checkpoint of random weights in the shape of a published model.",
    discussion: """
      It loads, computes and costs what the published model does, and writes nonsense. OUT becomes a \
      directory with config.json and model.safetensors in bfloat16.

      Shapes: \(RandomCheckpoint.all.map(\.name).joined(separator: ", "))
      """)

  @Option(help: ArgumentHelp("The shape of a published model.", valueName: "name"))
  var shape: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seed of the random numbers; 0 unless given.", valueName: "n"))
  var seed: UInt64 = 0

  @Argument(help: "The directory to write; there must be nothing yet.")
  var output: String

  func run() throws {
    guard let checkpoint = RandomCheckpoint.named(shape) else {
      throw UsageError(
        "there is no shape called '\(shape)'",
        hint: "there are " + RandomCheckpoint.all.map(\.name).joined(separator: ", "))
    }
    let bar = ProgressBar("writing \(shape)")
    defer { bar.clear() }
    try checkpoint.write(to: output, seed: seed, progress: bar.show)
    bar.clear()
    try OutputStream.standard.writeLine("\(output): \(byteCount(checkpoint.byteCount)) of weights")
  }
}

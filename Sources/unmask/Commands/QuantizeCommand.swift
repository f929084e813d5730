import ArgumentParser
import Models

/// Writes a model with smaller weights.
struct QuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize", abstract: "Write a model anew with smaller weights.",
    discussion: """
      OUT becomes a directory with model.safetensors and the model's configuration and tokenizer. \
      It loads without conversion. Formats: q8 and q4 are blocks of 32 weights, q4k blocks of \
      256 (GGML Q8_0, Q4_0, Q4_K); the head of q4 and q4k has 8 bits. Embeddings and norms stay \
      as they are, and so do matrices whose rows are no whole number of blocks.

      Where OUT ends in .gguf, one file is written in the format of llama.cpp, with the tokenizer \
      and the chat template inside.
      """)

  /// What weights can become.
  private static let targets: [ModelOptions.Precision] = [.q8, .q4, .q4k, .bfloat16, .float16]

  @Argument(help: "A directory, a weights file or a name.")
  var input: String

  @Argument(help: "The directory to write, or a file that ends in .gguf.")
  var output: String

  @Option(help: ArgumentHelp("q8, q4, q4k, bf16 or f16.", valueName: "format"))
  var to: ModelOptions.Precision

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The threads to compute with; one a core unless given.", valueName: "n"))
  var threads: Int?

  @Flag(help: "Replace a model that was written there before.")
  var force = false

  func run() throws {
    try ModelArguments.check(threads: threads)
    guard Self.targets.contains(to) else {
      throw UsageError(
        "to is \(to.rawValue), expected "
          + Self.targets.map(\.rawValue).joined(separator: ", "))
    }
    let source = try ModelSearchPath.standard.model(input)
    let bar = ProgressBar("quantizing \(source.name)")
    defer { bar.clear() }
    let conversion = CheckpointConversion(source, to: to)
    let count: Int
    if output.hasSuffix(".gguf") {
      let written = try conversion.writeGGUF(
        to: output, replacing: force, threadCount: threads, progress: bar.show)
      bar.clear()
      count = written.byteCount
      if let omission = written.omission {
        ErrorReport.warn("the file has no tokenizer: \(omission)")
      }
    } else {
      count = try conversion.write(
        to: output, replacing: force, threadCount: threads, progress: bar.show)
    }
    bar.clear()
    try OutputStream.standard.writeLine(
      "\(output): \(byteCount(count)) of weights in \(to.rawValue)")
  }
}
